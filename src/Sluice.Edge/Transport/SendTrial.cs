namespace Sluice.Edge.Transport;

/// <summary>Tries both ways of sending by turns, again and again, and compares what a thread took for each.</summary>
/// <param name="units">What is sent by one way until its time is looked at, in whatever is counted.</param>
/// <param name="threadTime">The processor time that the thread has taken so far; any unit.</param>
internal sealed class SendTrial(long units, Func<long> threadTime)
{
    /// <summary>Comparisons before one way is believed to be better, and how many of them the mean remembers.</summary>
    internal const int Comparisons = 32;

    /// <summary>Two periods of so many try both ways once the better one is known.</summary>
    internal const int Periods = 16;

    /// <summary>A smaller difference is not worth a change; a larger one in a single comparison tells of something else.</summary>
    private const double Least = 0.02, Most = 0.5;

    private volatile bool isByFile = true;
    private bool isFileFirst = true;
    private long began, first, sent;
    private int period = Periods - 1, comparisons;
    private double lead;

    /// <summary>The way that is believed to be better: true for the file. For any thread.</summary>
    public bool IsByFile => isByFile;

    /// <summary>The way to go now.</summary>
    public bool Tried { get; private set; } = true;

    /// <summary>Notes what was sent the way that was to be gone.</summary>
    public void Count(long count)
    {
        sent += count;
        if (sent >= units) EndPeriod();
    }

    private void EndPeriod()
    {
        var now = threadTime();
        // A period ends with its last answer, however long that is.
        var taken = (long)((double)(now - began) * units / sent);
        (began, sent) = (now, 0);
        if (period == 0) first = taken;
        else if (period == 1) Compare(first, taken);
        period = period == 1 && comparisons < Comparisons ? 0 : (period + 1) % Periods;
        // By turns, so that what drifts favours neither.
        if (period == 0) isFileFirst = !isFileFirst;
        Tried = period > 1 ? isByFile : (period == 0) == isFileFirst;
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
