from edge.page.sessions import MOST_SESSIONS, MOST_WRONG, MOST_WRONG_IN_ALL, WINDOW_SECONDS, Sessions, SignInLimiter


def test_there_are_never_too_many_sessions(clock):
    sessions = Sessions(60.0, clock)
    first = sessions.open()
    for _ in range(MOST_SESSIONS):
        last = sessions.open()
    assert sessions.find(first.cookie) is None
    assert sessions.find(last.cookie) is last


def test_one_address_does_not_shut_out_another(clock):
    limiter = SignInLimiter(clock)
    for _ in range(MOST_WRONG):
        limiter.note_wrong("192.168.1.7")
    assert limiter.wait_seconds("192.168.1.7") == WINDOW_SECONDS
    assert limiter.wait_seconds("192.168.1.8") == 0


def test_many_addresses_together_are_slowed_down(clock):
    limiter = SignInLimiter(clock)
    for number in range(MOST_WRONG_IN_ALL):
        limiter.note_wrong(f"192.168.1.{number}")
    assert limiter.wait_seconds("192.168.2.1") == WINDOW_SECONDS


def test_the_wait_ends(clock):
    limiter = SignInLimiter(clock)
    for _ in range(MOST_WRONG):
        limiter.note_wrong("192.168.1.7")
        clock.now += 10
    assert limiter.wait_seconds("192.168.1.7") == WINDOW_SECONDS - 50
    clock.now += WINDOW_SECONDS - 50
    assert limiter.wait_seconds("192.168.1.7") == 0
