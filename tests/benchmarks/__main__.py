"""`make bench`: says nothing of its own, so that processes which are spawned load no more than they need."""

if __name__ == "__main__":
    from tests.benchmarks.run import main

    main()
