using System.Globalization;
using Sluice.Configuration;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>Shows how far downloads are: one line that is written anew where a person watches, a line now and then where not.</summary>
internal sealed class DownloadProgress(Terminal terminal, string what, int files)
{
    private const int BarWidth = 20;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200), Repeat = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _begun = terminal.Time.GetTimestamp();
    private readonly Dictionary<object, S3DownloadProgress> _parts = [];
    private long _shown = terminal.Time.GetTimestamp(), _bytes, _width;
    private int _done;

    /// <summary>Bytes fetched for one of the files.</summary>
    public IProgress<S3DownloadProgress> Part() => new Listener(this);

    /// <summary>One file is there.</summary>
    public void Done(long fetched)
    {
        lock (_gate)
        {
            _done++;
            _bytes += fetched;
        }
    }

    /// <summary>Clears the line; says what was fetched, if anything was.</summary>
    public void Finish(int failed)
    {
        lock (_gate)
        {
            Clear();
            if (_bytes == 0 && files == 1)
                return;
            var seconds = Math.Max(0.001, terminal.Time.GetElapsedTime(_begun).TotalSeconds);
            var count = files == 1 ? "" : $"{_done} of {files} files{(failed > 0 ? $", {failed} failed" : "")}, ";
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count}fetched {ByteSize.Display(_bytes)} in {seconds:0.0} s ({ByteSize.Display((long)(_bytes / seconds))}/s)"));
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
            var line = Line();
            if (!terminal.IsWatched)
            {
                terminal.Error.WriteLine(line);
                return;
            }
            terminal.Error.Write("\r" + line.PadRight((int)_width));
            _width = line.Length;
        }
    }

    private string Line()
    {
        var (bytes, total) = (_parts.Values.Sum(p => p.Bytes), _parts.Values.Sum(p => p.Total));
        var rate = bytes / Math.Max(0.001, terminal.Time.GetElapsedTime(_begun).TotalSeconds);
        var speed = $"{ByteSize.Display((long)rate)}/s";
        if (files > 1)
            return $"{what}: {_done} of {files} files, {ByteSize.Display(bytes)}, {speed}";
        var share = total == 0 ? 1 : (double)bytes / total;
        var left = TimeSpan.FromSeconds(Math.Ceiling((total - bytes) / Math.Max(1, rate)));
        var bar = new string('#', (int)(share * BarWidth)).PadRight(BarWidth, '.');
        return string.Create(CultureInfo.InvariantCulture, $"{what} [{bar}] {share * 100:0} % of {ByteSize.Display(total)}, {speed}, {Duration.Format(left)} left");
    }

    private void Clear()
    {
        if (terminal.IsWatched && _width > 0)
            terminal.Error.Write("\r" + new string(' ', (int)_width) + "\r");
    }

    private sealed class Listener(DownloadProgress owner) : IProgress<S3DownloadProgress>
    {
        public void Report(S3DownloadProgress value) => owner.Report(this, value);
    }
}
