using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>A warm-up, told as it goes.</summary>
internal sealed class WarmRun(Terminal terminal)
{
    private readonly Lock _gate = new();
    private int _fetched, _held, _passed, _failed, _code = ExitCode.Ok;

    /// <summary>Fetches; the exit code of the first failure.</summary>
    public async Task<int> RunAsync(S3DownloadCache cache, IReadOnlyList<string> urls, S3DownloadOptions options, CancellationToken cancellation)
    {
        await cache.WarmAsync(urls, options: options, done: Done, cancellation: cancellation);
        terminal.Out.WriteLine($"{_fetched} fetched, {_held} held already, {_passed} found no room, {_failed} failed");
        return _code;
    }

    private void Done(string url, S3DownloadOutcome? outcome, Exception? failure)
    {
        lock (_gate)
        {
            switch (outcome)
            {
                case S3DownloadOutcome.Miss:
                    _fetched++;
                    return;
                case S3DownloadOutcome.Bypass:
                    _passed++;
                    return;
                case not null:
                    _held++;
                    return;
            }
            _failed++;
            terminal.Complain(failure!.Message);
            if (_code == ExitCode.Ok)
                _code = DownloadFlags.Code(failure);
        }
    }
}
