using System.Text;

namespace Sluice.Core.Processes;

/// <summary>Takes in what a child process writes to its standard error and keeps the end of it: it must never wait for a reader, and must never fill the memory.</summary>
internal sealed class ToolErrors(Func<string, bool>? listen)
{
    private const int Kept = 8 << 10;
    private readonly Queue<string> lines = new();
    private readonly byte[] buffer = new byte[Kept];
    private int kept;

    public async Task ReadAsync(Stream source, CancellationToken cancellation)
    {
        var length = 0;
        try
        {
            while (await source.ReadAsync(buffer.AsMemory(length), cancellation) is > 0 and var count)
            {
                length += count;
                var start = 0;
                for (int size; (size = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += size + 1) Add(start, size);
                // A line that does not fit is taken in parts.
                if (start == 0 && length == buffer.Length) Add(0, start = length);
                buffer.AsSpan(start, length - start).CopyTo(buffer);
                length -= start;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It handed its standard error on to somebody who outlives it.
        }

        if (length > 0) Add(0, length);
    }

    /// <summary>The end of it, in whole lines, once read to its end.</summary>
    public override string ToString() => string.Join('\n', lines).TrimEnd();

    private void Add(int start, int size)
    {
        var line = Encoding.UTF8.GetString(buffer, start, size).TrimEnd('\r');
        if (listen?.Invoke(line) == true) return;
        lines.Enqueue(line);
        for (kept += line.Length + 1; kept > Kept; kept -= lines.Dequeue().Length + 1)
        {
        }
    }
}
