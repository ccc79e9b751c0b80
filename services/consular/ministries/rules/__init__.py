"""The questions to ministries, their possible answers, and the reply dates."""
