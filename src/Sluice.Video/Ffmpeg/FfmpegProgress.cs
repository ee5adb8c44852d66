using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Core.Processes;

namespace Sluice.Video.Ffmpeg;

/// <summary>What ffmpeg says while it works: how long its source is, how far it has come, what went wrong.</summary>
internal sealed partial class FfmpegProgress
{
    private long sourceTicks = -1;
    private bool hasPicture;
    // By their numbers: those of a broadcast are told programme by programme.
    private readonly SortedDictionary<int, int> sounds = [];
    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long doneTicks;
    private volatile string fault = "";

    /// <summary>Length of the source; null while it has not said, or does not know.</summary>
    public TimeSpan? Source => Volatile.Read(ref sourceTicks) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>What the source is like.</summary>
    public SourceTraits Traits { get; private set; }

    /// <summary>Completes once it has said of its source what it knows.</summary>
    public Task SourceKnown => known.Task;

    /// <summary>How much of the result is made.</summary>
    public TimeSpan Done => TimeSpan.FromTicks(Volatile.Read(ref doneTicks));

    /// <summary>The first error it told, which those that follow mostly follow from; empty for none.</summary>
    public string Fault => fault;

    /// <summary>True once it said that it was told to end, which it then does with an exit code of its own.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Hears a line; true when it is no complaint.</summary>
    public bool Hear(string line)
    {
        const string made = "out_time_us=";
        if (line.StartsWith(made, StringComparison.Ordinal))
        {
            if (long.TryParse(line.AsSpan(made.Length), NumberStyles.Integer, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0)
                Volatile.Write(ref doneTicks, microseconds * (TimeSpan.TicksPerMillisecond / 1000));
            return true;
        }

        if (Length().Match(line) is { Success: true } match)
        {
            // Not read as a TimeSpan, which has no more than 23 hours in a day.
            if (int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var hours))
            {
                var length = TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) + TimeSpan.FromSeconds(double.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
                Interlocked.CompareExchange(ref sourceTicks, length.Ticks, -1);
            }
            return true;
        }

        // The first is the one that is taken.
        if (!hasPicture && Picture().Match(line) is { Success: true } picture)
        {
            hasPicture = true;
            var told = Colours().Match(line, picture.Length).Groups;
            Traits = new(ColourFilters.Of(picture.Groups[1].Value, told[1].Value, told[2].Value, told[3].Value, Pixels(told[4]), Pixels(told[5])));
            return true;
        }

        if (!known.Task.IsCompleted && Sound().Match(line) is { Success: true } sound)
        {
            var codec = sound.Groups[2].Value;
            sounds[int.Parse(sound.Groups[1].ValueSpan, CultureInfo.InvariantCulture)] = Sounds.Rank(codec == "none" ? null : codec, line.Contains(", 0 channels", StringComparison.Ordinal) ? 0 : null, line.Contains("(default)", StringComparison.Ordinal));
            return true;
        }

        // What it does with its sources, after all of them.
        if (line.StartsWith("[info] Stream mapping:", StringComparison.Ordinal))
        {
            if (sounds.Count > 0) Traits = Traits with { Sound = sounds.Values.ToList().IndexOf(sounds.Values.Max()) };
            known.TrySetResult();
        }
        if (Told().IsMatch(line)) IsInterrupted = true;
        // Several filters and demuxers put their own name before the level.
        var isFault = line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal);
        if (isFault && fault.Length == 0) fault = Level().Replace(line, "").Trim();
        return !isFault;
    }

    [GeneratedRegex(@"^\[info\]\s+Duration: (?:(\d{2,7}):(\d\d):(\d\d(?:\.\d+)?)|N/A)")]
    private static partial Regex Length();

    [GeneratedRegex(@"^\[info\]\s+Stream #0:\d+[^ ]*: Video: (?:[^,]+, (\w+))?")]
    private static partial Regex Picture();

    [GeneratedRegex(@"^\[info\]\s+Stream #0:(\d{1,9})[^ ]*: Audio: (\w+)")]
    private static partial Regex Sound();

    private static int Pixels(Group told) => int.TryParse(told.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) ? pixels : 0;

    // As in (tv, bt2020nc/bt2020/arib-std-b67, progressive), 1920x1080: one name where all are the same.
    [GeneratedRegex(@"\G(?:\((?:(?:\d+ bpc|tv|pc), )*(?!(?:\d+ bpc|tv|pc|progressive|top|bottom)\b)([^/,)]+)(?:/([^/,)]+)/([^/,)]+))?)?.*?, (\d+)x(\d+)")]
    private static partial Regex Colours();

    // SIGINT and SIGTERM.
    [GeneratedRegex(@"^\[info\] Exiting normally, received signal (?:2|15)\.")]
    private static partial Regex Told();

    [GeneratedRegex(@"^(?:\[[^\]]* @ 0x[0-9a-f]+\] )*\[(?:error|fatal)\] ?")]
    private static partial Regex Level();
}
