# What tests against numpy have in common: TAP, the server, and random.c's numbers.
import subprocess

MASK = (1 << 64) - 1
number = 0


def ok(good, name):
    global number
    number += 1
    print('%s %d - %s' % ('ok' if good else 'not ok', number, name))


def plan():
    print('1..%d' % number)


# the lines that a script prints
def psql(script):
    done = subprocess.run(['psql', '-qAtX', '-d', 'test', '-v', 'ON_ERROR_STOP=1'], input=script, text=True, capture_output=True)
    if done.returncode:
        print('Bail out! ' + done.stderr)
        raise SystemExit(1)
    return done.stdout.strip().split('\n')


def mix(z):
    z = (z + 0x9e3779b97f4a7c15) & MASK
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & MASK
    z = (z ^ z >> 27) * 0x94d049bb133111eb & MASK
    return z ^ z >> 31


def bits(seed, identity, n):
    return mix(mix(mix(seed) ^ identity) ^ n)


def uniform(seed, identity, n):
    return ((bits(seed, identity, n) >> 12) + 0.5) / 2 ** 52
