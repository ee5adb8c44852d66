using System.Text;

namespace Sluice.Core.Processes;

/// <summary>Takes in what a child process writes to its standard error and keeps the end of it: it must never wait for a reader, and must never fill the memory.</summary>
internal sealed class ToolErrors
{
    private const int Kept = 8 << 10;
    private readonly byte[] tail = new byte[2 * Kept];
    private int length;
    private bool isCut;

    public async Task ReadAsync(Stream source, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                if (length > Kept)
                {
                    tail.AsSpan(length - Kept, Kept).CopyTo(tail);
                    (length, isCut) = (Kept, true);
                }

                var count = await source.ReadAsync(tail.AsMemory(length), cancellation);
                if (count == 0) return;
                length += count;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It handed its standard error on to somebody who outlives it.
        }
    }

    /// <summary>The end of it, once read to its end; whole lines where it was longer than what is kept.</summary>
    public override string ToString()
    {
        var start = Math.Max(0, length - Kept);
        if ((isCut || start > 0) && tail.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and var line) start += line + 1;
        return Encoding.UTF8.GetString(tail, start, length - start).TrimEnd();
    }
}
