"""The days an application has, and the day it is promised for."""
