#!/usr/bin/python3
"""A disk that forgets what was not flushed: volatile_disk.py MOUNTPOINT IMAGE SHARE

Serves one file, `disk`, to be put under a loop device with a file system. A write stays in memory until the device is flushed; only
then it reaches IMAGE. When somebody asks for the file `cut`, the power is gone: of the blocks in memory each survives with the
probability SHARE, as a real disk may have written any of them, and from then on every access fails.
"""
import errno
import os
import random
import stat
import sys
import threading

try:
    from fusepy import FUSE, FuseOSError, Operations
except ImportError:
    from fuse import FUSE, FuseOSError, Operations

BLOCK = 4096


class VolatileDisk(Operations):
    def __init__(self, image, share):
        self.image = os.open(image, os.O_RDWR)
        self.size = os.fstat(self.image).st_size
        self.share = share
        self.unflushed = {}
        self.dead = False
        self.lock = threading.Lock()

    def getattr(self, path, fh=None):
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2}
        if path == "/disk":
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": self.size}
        if path == "/cut":
            self.cut()
        raise FuseOSError(errno.ENOENT)

    def readdir(self, path, fh):
        return [".", "..", "disk"]

    def open(self, path, flags):
        return 0

    def block(self, number):
        known = self.unflushed.get(number)
        return known if known is not None else os.pread(self.image, BLOCK, number * BLOCK)

    def read(self, path, size, offset, fh):
        with self.lock:
            self.alive()
            first, last = offset // BLOCK, (offset + size - 1) // BLOCK
            data = b"".join(self.block(number) for number in range(first, last + 1))
            return data[offset - first * BLOCK :][:size]

    def write(self, path, data, offset, fh):
        with self.lock:
            self.alive()
            done = 0
            while done < len(data):
                number, start = divmod(offset + done, BLOCK)
                part = data[done : done + BLOCK - start]
                if len(part) < BLOCK:
                    block = bytearray(self.block(number))
                    block[start : start + len(part)] = part
                    part_of_block, part = len(part), bytes(block)
                else:
                    part_of_block = BLOCK
                self.unflushed[number] = part
                done += part_of_block
            return len(data)

    def fsync(self, path, datasync, fh):
        with self.lock:
            self.alive()
            for number, block in self.unflushed.items():
                os.pwrite(self.image, block, number * BLOCK)
            self.unflushed.clear()
        return 0

    def flush(self, path, fh):
        return 0

    def cut(self):
        with self.lock:
            if self.dead:
                return
            self.dead = True
            for number, block in self.unflushed.items():
                if random.random() < self.share:
                    os.pwrite(self.image, block, number * BLOCK)

    def alive(self):
        if self.dead:
            raise FuseOSError(errno.EIO)


if __name__ == "__main__":
    mountpoint, image, share = sys.argv[1:]
    FUSE(VolatileDisk(image, float(share)), mountpoint, foreground=True, nothreads=False, big_writes=True, max_write=131072)
