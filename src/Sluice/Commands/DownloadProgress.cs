using System.Globalization;
using Sluice.Configuration;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>Shows how far downloads are: one line that is written anew where a person watches, a line now and then where not.</summary>
/// <param name="terminal">Where.</param>
/// <param name="what">What is fetched.</param>
/// <param name="files">How many files.</param>
/// <param name="total">Bytes of all of them; 0 where that is not known.</param>
internal sealed class DownloadProgress(Terminal terminal, string what, int files, long total = 0) : IDisposable
{
    private const int BarWidth = 20, LeastName = 8;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200), Repeat = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _begun = terminal.Time.GetTimestamp();
    private readonly Dictionary<object, S3DownloadProgress> _parts = [];
    private long _shown = terminal.Time.GetTimestamp(), _fetched, _there, _width;
    private int _done;

    /// <summary>Bytes fetched for one of the files.</summary>
    public IProgress<S3DownloadProgress> Part() => new Listener(this);

    /// <summary>One file is there; says so with <paramref name="say"/>.</summary>
    public void Done(IProgress<S3DownloadProgress> part, long size, long fetched, Action? say = null)
    {
        lock (_gate)
        {
            _parts.Remove(part);
            (_done, _there, _fetched) = (_done + 1, _there + size, _fetched + fetched);
            Clear();
            say?.Invoke();
        }
    }

    /// <summary>One file will not come; says why with <paramref name="say"/>.</summary>
    public void Failed(IProgress<S3DownloadProgress> part, Action say)
    {
        lock (_gate)
        {
            _parts.Remove(part);
            Clear();
            say();
        }
    }

    /// <summary>Takes the line away, so that what is said of a failure begins on a line of its own.</summary>
    public void Dispose()
    {
        lock (_gate) Clear();
    }

    /// <summary>Takes the line away; says what was fetched, if anything was.</summary>
    public void Finish(int failed)
    {
        lock (_gate)
        {
            Clear();
            if (_fetched == 0 && files == 1)
                return;
            var seconds = Math.Max(0.001, terminal.Time.GetElapsedTime(_begun).TotalSeconds);
            var count = files == 1 ? "" : $"{_done} of {files} files{(failed > 0 ? $", {failed} failed" : "")}, ";
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count}fetched {ByteSize.Display(_fetched)} in {seconds:0.0} s ({ByteSize.Display((long)(_fetched / seconds))}/s)"));
        }
    }

    private void Report(object part, S3DownloadProgress progress)
    {
        lock (_gate)
        {
            _parts[part] = progress;
            if (terminal.Time.GetElapsedTime(_shown) < (terminal.IsWatched ? Redraw : Repeat))
                return;
            _shown = terminal.Time.GetTimestamp();
            var figures = Figures();
            if (!terminal.IsWatched)
            {
                terminal.Error.WriteLine(what + figures);
                return;
            }
            // A line that is longer than the screen would stay on it, each time.
            var room = terminal.Width() - 1 - figures.Length;
            var line = what.Length <= room ? what + figures : room < LeastName ? Cut(figures.TrimStart(' ', ':'), terminal.Width() - 1) : string.Concat("…", what.AsSpan(what.Length - room + 1), figures);
            terminal.Error.Write("\r" + line.PadRight((int)_width));
            _width = line.Length;
        }
    }

    private string Figures()
    {
        var (arriving, expected) = (_parts.Values.Sum(p => p.Bytes), _parts.Values.Sum(p => p.Total));
        var rate = (_fetched + arriving) / Math.Max(0.001, terminal.Time.GetElapsedTime(_begun).TotalSeconds);
        var count = files == 1 ? "" : $"{_done} of {files} files, ";
        var speed = $"{ByteSize.Display((long)rate)}/s";
        var (there, all) = files == 1 ? (arriving, expected) : (_there + arriving, total);
        if (all == 0)
            return $": {count}{ByteSize.Display(_fetched + arriving)}, {speed}";
        var share = Math.Clamp((double)there / all, 0, 1);
        var left = TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, all - there) / Math.Max(1, rate)));
        var bar = new string('#', (int)(share * BarWidth)).PadRight(BarWidth, '.');
        return string.Create(CultureInfo.InvariantCulture, $" [{bar}] {share * 100:0} % of {ByteSize.Display(all)}, {count}{speed}, {Duration.Format(left)} left");
    }

    private static string Cut(string text, int room) => text.Length <= room ? text : text[..Math.Max(0, room)];

    private void Clear()
    {
        if (terminal.IsWatched && _width > 0)
            terminal.Error.Write("\r" + new string(' ', (int)_width) + "\r");
        _width = 0;
    }

    private sealed class Listener(DownloadProgress owner) : IProgress<S3DownloadProgress>
    {
        public void Report(S3DownloadProgress value) => owner.Report(this, value);
    }
}
