"""What a sceptical new user tried, one case a point of the list.

Each case is the shortest form of what once went wrong without a word; the
details of a part are tested beside the part.
"""

# Each point's cases stand below its line.

# 1. The champion of another shop: one registered model a shop; a bundle that knows few products


# 2. `simulate` does not write where files lie that it did not make


# 3. A log without orders is an error that names what it found


# 4. A bundle is not asked for a moment before it stopped learning


# 5. `score` refuses a truth window that the answer had seen


# 6. Ctrl-C, SIGTERM and kill leave nothing behind


# 7. Folders are swapped whole; one command at a time in a workspace


# 8. `check-data` tells what is in a log; Russian exports are read or refused clearly


# 9. `check-submission` names what is wrong with a plain to_csv


# 10. The README's Python lines work as printed


# 11. The report says what its columns mean, in English and Russian


# 12. Plots need no network; experiments take no alias


# 13. A moment after the log's end, loose parts, two logs, zones, relative paths


# 14. No byte of a file reaches the terminal raw


# 15. The summary says which model was judged and which answers


# 16. What cannot have an effect says so and does not exit 0


# 17. Python's arguments: wrong ones are named


# 18. I/O errors name the cause


# 19. MLflow shows what matters first


# 20. The answer in the docs is made by one command; --only-listed


# 21. The one test that needs a pseudo-terminal skips without one (test_cli.py)


# 22. `backtest` and `similar` on the command line
