namespace Sluice.Edge.Transport;

/// <summary>
/// Which way bodies go out for less of a thread's time: copied from memory, or taken by the kernel from their files. For small and for large ones that is clear; in between it depends on
/// processor, kernel and network card, so that both ways are tried for a thousand answers each, again and again, and what the thread took for them is compared.
/// </summary>
/// <param name="thread">The thread it is for, by its managed id. Others are told what it found.</param>
/// <param name="threadTime">The processor time that thread has taken so far; any unit.</param>
internal sealed class SendWays(int thread, Func<long> threadTime)
{
    /// <summary>Up to here head and body in one send from memory are cheapest anywhere, and what is read from disk is worth keeping there.</summary>
    public const long SmallBytes = 8 << 10;

    /// <summary>Above it the kernel's own pages are cheaper than ours, which it has to copy (docs/performance.md).</summary>
    public const long LargeBytes = 128 << 10;

    /// <summary>Answers by one way until its time is looked at.</summary>
    internal const int Answers = 1024;

    /// <summary>Comparisons before one way is believed to be better, and how many of them the mean remembers.</summary>
    internal const int Comparisons = 32;

    /// <summary>Two periods of so many try both ways once the better one is known.</summary>
    internal const int Periods = 16;

    /// <summary>Of so many bodies that were not in memory one is worth bringing there: what is hot comes soon, and the others cost little.</summary>
    internal const int Misses = 64;

    /// <summary>A smaller difference is not worth a change; a larger one in a single comparison tells of something else.</summary>
    private const double Least = 0.02, Most = 0.5;

    private volatile bool isByFile = true;
    private bool tried = true, isFileFirst = true;
    private int left = Answers, period = Periods - 1, comparisons, misses;
    private long began, first;
    private double lead;

    /// <summary>True to send a body of that length from its file, false from memory.</summary>
    public bool ByFile(long length)
    {
        if (length <= SmallBytes) return false;
        if (length > LargeBytes) return true;
        if (Environment.CurrentManagedThreadId != thread) return isByFile;
        if (--left == 0) EndPeriod();
        return tried;
    }

    /// <summary>True when a body that should have gone out from memory, and was not there, is to be brought there.</summary>
    public bool Brings() => Environment.CurrentManagedThreadId == thread && ++misses % Misses == 0;

    private void EndPeriod()
    {
        var now = threadTime();
        var taken = now - began;
        (began, left) = (now, Answers);
        if (period == 0) first = taken;
        else if (period == 1) Compare(first, taken);
        period = period == 1 && comparisons < Comparisons ? 0 : (period + 1) % Periods;
        // By turns, so that what drifts favours neither.
        if (period == 0) isFileFirst = !isFileFirst;
        tried = period > 1 ? isByFile : (period == 0) == isFileFirst;
    }

    private void Compare(long one, long other)
    {
        var (file, memory) = isFileFirst ? (one, other) : (other, one);
        if (file <= 0 || memory <= 0) return;
        comparisons = Math.Min(comparisons + 1, Comparisons);
        lead += (Math.Clamp(Math.Log((double)memory / file), -Most, Most) - lead) / comparisons;
        if (comparisons < Comparisons) return;
        if (lead > Least) isByFile = true;
        else if (lead < -Least) isByFile = false;
    }
}
