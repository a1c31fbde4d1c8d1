from edge.alarm.buzzer_limiter import BuzzerLimiter, BuzzerRules


def limiter(seconds=1.0, refractory_seconds=30.0, duty_limit=1.0):
    rules = BuzzerRules(seconds=seconds, refractory_seconds=refractory_seconds, duty_limit=duty_limit)
    return BuzzerLimiter(rules)


def test_people_who_arrive_at_once_share_a_buzz():
    assert limiter().begin(0.0, {1, 2, 3})


def test_a_person_who_arrives_while_it_sounds_shares_it():
    rule = limiter()
    assert [rule.begin(0.0, {1}), rule.begin(0.9, {2}), rule.begin(5.0, {2})] == [True, False, False]


def test_a_person_who_arrives_later_gets_a_buzz_of_their_own():
    rule = limiter()
    assert [rule.begin(0.0, {1}), rule.begin(1.0, {2})] == [True, True]


def test_the_same_person_sounds_again_after_the_refractory_time_only():
    rule = limiter(refractory_seconds=30.0)
    assert [rule.begin(at, {1}) for at in (0.0, 29.9, 30.0)] == [True, False, True]


def test_without_a_person_nothing_sounds():
    assert not limiter().begin(0.0, set())


def test_the_duty_limit_drops_what_is_too_much():
    rule = limiter(duty_limit=0.05)  # three seconds a minute
    begun = [at for at in range(0, 120, 5) if rule.begin(float(at), {at})]
    assert begun == [0, 5, 10, 60, 65, 70]


def test_a_duty_limit_of_zero_is_silence():
    assert not limiter(duty_limit=0.0).begin(0.0, {1})


def test_after_a_cut_the_next_person_does_not_share():
    rule = limiter()
    rule.begin(0.0, {1})
    rule.cut()
    assert rule.begin(0.5, {2})


def test_memory_stays_flat():
    rule = limiter(duty_limit=0.2)
    for number in range(5_000):
        rule.begin(float(number), {number})
    assert len(rule._greeted) <= 30
    assert len(rule._begun) <= 12
