"""How people sign in, what is asked of them again, and how long they stay.

``adapter`` is where django-allauth asks us, ``lockout`` counts failures, ``gate`` stands before
every page, ``proof`` asks again before what matters most, ``passwords`` are the rules.
"""
