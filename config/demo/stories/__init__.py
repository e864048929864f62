"""What happens in the demo, told as separate stories that share one calendar: autumn 2021, Xuzhou's first batch.

The calendar is that of the sample list, received on 12 October 2021: the law, the tariffs and the working days are
those of that autumn.
"""
