using System.Text;
using System.Threading.Channels;

namespace Sluice.Logging;

/// <summary>Writes lines to a stream from a task of its own, so that nobody who logs waits for a disk or a terminal. When the stream cannot keep up, lines are dropped and counted, and the count is written.</summary>
internal sealed class LineWriter : IAsyncDisposable
{
    private const int Capacity = 16_384;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Task _writing;
    private readonly Func<Stream, Stream>? _renew;
    private readonly bool _json;
    private Stream _stream;
    private long _dropped;

    /// <summary>Starts writing to a stream, which is closed with the writer.</summary>
    /// <param name="stream">Where lines go.</param>
    /// <param name="renew">Asked before lines are written: the same stream, or the one to write to from now on.</param>
    /// <param name="json">Whether lines are JSON: that some were dropped is then told so too.</param>
    public LineWriter(Stream stream, Func<Stream, Stream>? renew = null, bool json = false)
    {
        (_stream, _renew, _json) = (stream, renew, json);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Lines dropped since start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Hands a line over. Never waits.</summary>
    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what is still waiting, and closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // Nobody reads any more, as where a pager was left open: that must not keep the program.
            return;
        }

        await _stream.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var batch = new StringBuilder();
        var told = 0L;
        while (await _lines.Reader.WaitToReadAsync())
        {
            var lines = 0;
            for (; batch.Length < 64 << 10 && _lines.Reader.TryRead(out var line); lines++)
                batch.Append(line).Append('\n');
            if (Dropped is var dropped && dropped > told)
                batch.Append(_json ? "{\"message\":\"" : "(").Append(dropped - told).Append(" lines dropped: the log could not be written, or not as fast as it grew").Append(_json ? "\"}\n" : ")\n");
            try
            {
                if (_renew?.Invoke(_stream) is { } current && current != _stream)
                {
                    await _stream.DisposeAsync();
                    _stream = current;
                }

                await _stream.WriteAsync(Encoding.UTF8.GetBytes(batch.ToString()));
                await _stream.FlushAsync();
                told = dropped;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk or a closed pipe must not stop the server, and there is nowhere left to say so: count.
                Interlocked.Add(ref _dropped, lines);
            }
            batch.Clear();
        }
    }
}
