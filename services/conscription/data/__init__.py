"""Reference data of conscription: amounts and numbers of each law, dated, amounts in US cents.

Where the day a law began was not found, a row begins on the last day of the law's year: in force by then. The sixth
tier of Legislative Decree 31/2020 is reported; its text was not seen. No text was found on a least stay abroad before a
first deferral, nor on the upper age of the reserve; a row of `law_parameters.csv` with a value would apply it. Rows
that `needs_lawyer` marks are shown so to administrators. Lateness for missed service is counted from the first day of
its row at the earliest: nobody was late before the law.
"""
