"""Grading that student code cannot forge: a sandbox, a referee outside it, and nbgrader.

Two warm processes wait at a `Station`. For each notebook both fork. One child is jailed and runs
the student's cells; it has no network, no files of the course and no answers. The other, the
referee, runs the locked test cells, where a name that the student defined is a proxy: calling it
sends arrays through a pipe and gets arrays back, by value.

===================  ===========================================================================
``inside``           what runs in the sandbox; imports nothing else of this package
``student_package``  the ``dlcourse`` that students' code finds there, without answers
``sandbox``          the command that opens the sandbox: what students' code can see
``cgroups``          what a submission has of memory and processors, kept by the kernel
``station``          starts and stops both processes, and keeps the clock and the memory
``scratch``          their folder, which goes even if all of them are killed
``office``           the warm process that judges: a job in, scores and pages out
``referee``          one notebook: run the cells, then the tests
``locked_cells``     the shell in which the tests run
``proxies``          a student's functions, objects and data, as the referee's tests see them
``exceptions``       what a student's function raised, as an exception that tests catch
``unnamed``          wrong answers that no message named, on inputs that are the same for all
``restore``          make a notebook of what was handed in, with the instructor's locked cells
``identity``         which cell of a notebook is which of the instructor's
``names``            names that students chose, as text in a sentence
``sanitize``         make student output harmless in a browser
``feedback``         the page that the student gets
``spec``             what the instructor's notebooks say, read once for each run
``submissions``      what was handed in, read from disk
``regrade``          what decides about scores: when it changes, a class is graded again
``gradebook``        nbgrader's database, and beside it what was graded, by content
``schema``           the table of the latter, and its versions
``own_solution``     what the instructor's own solution loses, before anybody else does
``classroom``        a whole class: what to grade, and one writer of the results
``executors``        where it is graded: on this machine or on a cluster
``command``          ``dlcourse grade``
``statistics``       what the class did, in numbers
``wording``          how these numbers are said
``report``           the page and the tables with them
``formgrader``       nbgrader's pages, in which what students named is no script
``exports``          marks as a table, for Canvas and Moodle too
``tables``           CSV files that no spreadsheet takes for formulas
``execute``          the same safety for nbgrader's own commands
``archives``         what students hand in packed, unpacked within limits
``downloads``        the names in a learning platform's download, and whose each file is
``roster``           who of the class a platform means
``collecting``       ``dlcourse collect``
``returning``        ``dlcourse moodle-feedback``
``gradescope``       ``dlcourse gradescope``: an assignment as an autograder
``autograder``       what that autograder runs
``nbgrader_parts``   what of nbgrader a warm process needs, without the rest
===================  ===========================================================================
"""
