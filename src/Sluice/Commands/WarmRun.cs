using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>A warm-up, told as it goes.</summary>
internal sealed class WarmRun(Terminal terminal, bool json)
{
    private readonly Lock _gate = new();
    private readonly ProgressLine _line = new(terminal);
    private WarmAnswer _counts = new(0, 0, 0, 0, 0);
    private int _code = ExitCode.Ok, _done;

    /// <summary>Fetches; the exit code of the first failure.</summary>
    public async Task<int> RunAsync(S3DownloadCache cache, IReadOnlyList<string> urls, S3DownloadOptions options, CancellationToken cancellation)
    {
        try
        {
            await cache.WarmAsync(urls, options: options, done: (_, outcome, failure) => Done(outcome, failure, urls.Count), cancellation: cancellation);
        }
        finally
        {
            _line.End();
        }
        if (json)
            Output.Json(terminal.Out, _counts, DownloadJson.Default.WarmAnswer);
        else
            terminal.Out.WriteLine($"{_counts.Fetched} fetched, {(_counts.Shared > 0 ? $"{_counts.Shared} from other machines, " : "")}{_counts.Held} held already, {_counts.Passed} found no room, {_counts.Failed} failed");
        return _code;
    }

    private void Done(S3DownloadOutcome? outcome, Exception? failure, int all)
    {
        lock (_gate)
        {
            _counts = outcome switch
            {
                null => _counts with { Failed = _counts.Failed + 1 },
                S3DownloadOutcome.Miss => _counts with { Fetched = _counts.Fetched + 1 },
                S3DownloadOutcome.Shared => _counts with { Shared = _counts.Shared + 1 },
                S3DownloadOutcome.Bypass => _counts with { Passed = _counts.Passed + 1 },
                _ => _counts with { Held = _counts.Held + 1 },
            };
            if (failure is not null)
            {
                _line.End();
                terminal.Complain(failure.Message);
                if (_code == ExitCode.Ok)
                    _code = DownloadFlags.Code(failure);
            }
            // The summary tells the end.
            if (++_done < all)
                _line.Show("warm", (double)_done / all);
        }
    }
}
