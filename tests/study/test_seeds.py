from gansearch.study.seeds import sampler_seed, trial_seed


def test_seeds_follow_from_study_number_and_replicate() -> None:
    assert trial_seed(1, 2, 3) == 8899725253796173630
    seeds = {
        trial_seed(study, number, replicate) for study in range(5) for number in range(50) for replicate in range(4)
    }
    assert len(seeds) == 5 * 50 * 4
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_single_replicate_is_the_first() -> None:
    assert trial_seed(1, 2, None) == trial_seed(1, 2, 0)


def test_a_sampler_has_a_seed_of_its_own_for_every_trial() -> None:
    seeds = {sampler_seed(study, number) for study in range(5) for number in range(100)}
    assert len(seeds) == 500
    assert all(0 <= seed < 2**32 for seed in seeds)
