namespace Sluice.Edge.Transport;

/// <summary>
/// Which way bodies go out for less of a thread's time: copied from memory, or taken by the kernel from their files. For small ones that is clear; for others it depends on processor, kernel,
/// network card, and on how much is in the processor's caches, so that both ways are tried again and again, for short and for long ones apart.
/// </summary>
/// <param name="thread">The thread it is for, by its managed id. Others are told what it found.</param>
/// <param name="threadTime">The processor time that thread has taken so far; any unit.</param>
internal sealed class SendWays(int thread, Func<long> threadTime)
{
    /// <summary>Up to here head and body in one send from memory are cheapest anywhere, and what is read from disk is worth keeping there.</summary>
    public const long SmallBytes = 8 << 10;

    /// <summary>Up to here an answer is mostly what it takes to answer at all; above it what it takes to move its bytes.</summary>
    public const long ShortBytes = 128 << 10;

    /// <summary>What is compared: so many short answers, so many bytes of long ones.</summary>
    internal const int ShortAnswers = 1024, LongBytes = 128 << 20;

    /// <summary>Of so many bodies that were not in memory one is worth bringing there: what is hot comes soon, and the others cost little.</summary>
    internal const int Misses = 64;

    private readonly SendTrial shorts = new(ShortAnswers, threadTime);
    private readonly SendTrial longs = new(LongBytes, threadTime);
    private int misses;

    /// <summary>True to send the next of a body of that length from its file, false from memory.</summary>
    public bool ByFile(long length)
    {
        if (length <= SmallBytes) return false;
        var trial = length <= ShortBytes ? shorts : longs;
        return Environment.CurrentManagedThreadId == thread ? trial.Tried : trial.IsByFile;
    }

    /// <summary>Notes that some of a body of that length was sent.</summary>
    public void Count(long length, long sent)
    {
        if (length <= SmallBytes || sent == 0 || Environment.CurrentManagedThreadId != thread) return;
        if (length <= ShortBytes) shorts.Count(1);
        else longs.Count(sent);
    }

    /// <summary>True when a body that should have gone out from memory, and was not there, is to be brought there.</summary>
    public bool Brings() => Environment.CurrentManagedThreadId == thread && ++misses % Misses == 0;
}
