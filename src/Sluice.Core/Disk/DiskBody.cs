using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <summary>Which chunks of a body are held, their checksums, and its file while open.</summary>
internal sealed class DiskBody(int chunkSize)
{
    // The states of a chunk, in this order: what is at least Held can be read.
    private const byte None = 0;
    private const byte Writing = 1;
    private const byte Damaged = 2;
    private const byte Held = 3;
    private const byte Verified = 4;

    private readonly Lock gate = new();

    // Replaced when they grow, always under the lock; readers take the reference once and look without it.
    private volatile byte[] states = [];
    private volatile uint[] checksums = [];

    // The one chunk that is shorter than the others, and its length in the low half; -1 while it is not known.
    private long last = -1;
    private int count;
    private long bytes;

    /// <summary>The open file. Set and cleared by <see cref="OpenFiles"/>; stays open while its object is in use.</summary>
    public volatile SafeFileHandle? Handle;

    /// <summary>Set by every read: spares the handle at the next sweep of <see cref="OpenFiles"/>.</summary>
    public bool Touched;

    /// <summary>Which bytes were last seen in the page cache, and in which second (<see cref="FileLease.IsInPageCache"/>).</summary>
    public ulong SeenInPageCache;

    public int Count => Volatile.Read(ref count);

    public long Bytes => Volatile.Read(ref bytes);

    public bool Has(int chunk) => StateOf(chunk) >= Held;

    public bool IsVerified(int chunk) => StateOf(chunk) == Verified;

    /// <summary>True when that many chunks, from the first on, are verified.</summary>
    public bool AreVerified(int chunks)
    {
        var seen = states;
        return chunks <= seen.Length && !seen.AsSpan(0, chunks).ContainsAnyExcept(Verified);
    }

    /// <summary>No chunk with this number or a higher one is held.</summary>
    public int Capacity => states.Length;

    /// <summary>Checksum of a chunk that is held.</summary>
    public uint ChecksumOf(int chunk) => checksums[chunk];

    /// <summary>Length of a chunk that is held.</summary>
    public int LengthOf(int chunk)
    {
        var shorter = Volatile.Read(ref last);
        return (int)(shorter >> 32) == chunk ? (int)shorter : chunkSize;
    }

    /// <summary>Begins to write a chunk; false when it is held already or another writer has it. <paramref name="paid"/>: its place in the file is counted already.</summary>
    public bool TryBegin(int chunk, out bool paid)
    {
        lock (gate)
        {
            Grow(chunk);
            paid = states[chunk] == Damaged;
            if (states[chunk] is not (None or Damaged)) return false;
            states[chunk] = Writing;
            return true;
        }
    }

    public void Abort(int chunk, bool paid)
    {
        lock (gate) states[chunk] = paid ? Damaged : None;
    }

    /// <summary>A chunk was written, or read from the index. It is verified when it is first read back.</summary>
    public void Complete(int chunk, uint checksum, int length)
    {
        lock (gate)
        {
            Grow(chunk);
            checksums[chunk] = checksum;
            if (length < chunkSize) Volatile.Write(ref last, ((long)chunk << 32) | (uint)length);
            count++;
            bytes += length;
            Volatile.Write(ref states[chunk], Held);
        }
    }

    public void Verify(int chunk)
    {
        lock (gate)
            if (states[chunk] == Held) states[chunk] = Verified;
    }

    /// <summary>Lets go of a damaged chunk; false when another reader did.</summary>
    public bool Drop(int chunk)
    {
        lock (gate)
        {
            if (states[chunk] < Held) return false;
            states[chunk] = Damaged;
            count--;
            bytes -= LengthOf(chunk);
            return true;
        }
    }

    private byte StateOf(int chunk)
    {
        var seen = states;
        return (uint)chunk < (uint)seen.Length ? Volatile.Read(ref seen[chunk]) : None;
    }

    private void Grow(int chunk)
    {
        if (chunk < states.Length) return;
        var size = Math.Max(chunk + 1, Math.Max(4, states.Length * 2));
        var moreChecksums = new uint[size];
        checksums.CopyTo(moreChecksums, 0);
        checksums = moreChecksums;
        var moreStates = new byte[size];
        states.CopyTo(moreStates, 0);
        states = moreStates;
    }
}
