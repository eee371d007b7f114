# The keyed random numbers of src/model/random.c.


def mix(z):
    mask = (1 << 64) - 1
    z = (z + 0x9e3779b97f4a7c15) & mask
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & mask
    z = (z ^ z >> 27) * 0x94d049bb133111eb & mask
    return z ^ z >> 31


def uniform(seed, identity, n):
    return ((mix(mix(mix(seed) ^ identity) ^ n) >> 12) + 0.5) / 2 ** 52
