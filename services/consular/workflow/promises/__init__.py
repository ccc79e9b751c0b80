"""What an application is promised: a day that escalates itself when it passes, and a paper that says it is pending."""
