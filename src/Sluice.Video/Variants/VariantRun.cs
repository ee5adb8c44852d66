using Sluice.Core.Origins;
using Sluice.Core.Processes;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;

namespace Sluice.Video.Variants;

/// <summary>One ffmpeg at work on one variant. Its end ends the process, gives the place in the queue back, and takes the source's URL away.</summary>
internal sealed class VariantRun : IAsyncDisposable
{
    /// <summary>So little left to do is finished though nobody waits any more.</summary>
    private static readonly TimeSpan NearEnd = TimeSpan.FromSeconds(3);

    /// <summary>ffmpeg always says something of its source before the first byte; so long at most after that byte until it is heard.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);

    /// <summary>What ffmpeg says where memory runs out: its own words, and those of the encoders of H.264, AV1 and JPEG, of which the last says no more than that.</summary>
    private static readonly string[] OutOfMemory = ["Cannot allocate memory", "malloc of size", "Memory allocation error", "Failed to allocate", "frame_thread_encoder_init failed"];

    private readonly FfmpegTools tools;
    private readonly FfmpegCommand command;
    private readonly VideoOptions options;
    private readonly FfmpegLimits limits;
    private readonly VariantMeter meter;
    private readonly TimeProvider time;
    private readonly long began;
    private ToolProcess process;
    private bool isHeard;
    private long made;
    private bool isTooLong;

    public VariantRun(FfmpegTools tools, FfmpegCommand command, VideoOptions options, FfmpegLimits limits, VariantMeter meter, TimeProvider time)
    {
        (this.tools, this.command, this.options, this.limits, this.meter, this.time, began) = (tools, command, options, limits, meter, time, time.GetTimestamp());
        process = Start(command.Arguments);
    }

    /// <summary>What it reads its source from. Where that breaks off, ffmpeg takes it for the source's end, and calls what it made of it a success.</summary>
    public SourceLoan? Loan { get; init; }

    public FfmpegProgress Progress { get; private set; } = new();

    /// <summary>How long the variant will be; null while ffmpeg has not said how long its source is.</summary>
    public TimeSpan? Length => LengthOf(options, Progress.Source);

    /// <summary>Completes with how it ended.</summary>
    public Task<ToolExit> Exited => process.Exited;

    /// <summary>True once it is worth finishing.</summary>
    public bool IsNearlyDone
    {
        get
        {
            var done = Progress.Done;
            if (Length is not { } whole || done <= TimeSpan.Zero) return false;
            return done >= whole * 0.9 || (whole - done) * (time.GetElapsedTime(began) / done) <= NearEnd;
        }
    }

    /// <summary>The next bytes of the variant; 0 at its end. An end without success is a failure.</summary>
    /// <exception cref="OriginException">It failed.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var count = isHeard ? await process.Output.ReadAsync(buffer, cancellation) : await BeginAsync(buffer, cancellation);
        if ((made += count) > limits.OutputBytes)
        {
            // Nobody takes the rest of it, so that it would not end by itself.
            isTooLong = true;
            process.Kill();
            throw new OriginException(OriginFailure.Invalid, $"ffmpeg: {TooLong().Message}");
        }

        if (count == 0 && Fault(await process.Exited.WaitAsync(cancellation)) is { } fault) throw new OriginException(OriginFailure.Truncated, $"ffmpeg: {fault.Message}");
        return count;
    }

    /// <summary>How long a variant is of a source of that length; null where there is none.</summary>
    public static TimeSpan? LengthOf(VideoOptions options, TimeSpan? source)
    {
        var left = source - (options.Time ?? TimeSpan.Zero);
        var shown = options.Duration is { } asked && !(left < asked) ? asked : left;
        return shown > TimeSpan.Zero ? shown / (options.Speed ?? 1) : null;
    }

    /// <summary>Why it failed; null when it did not.</summary>
    public VariantFault? Fault(ToolExit exit)
    {
        if (Loan is { IsBroken: true }) return VariantFault.SourceUnreadable();
        if (exit.IsSuccess) return null;
        if (isTooLong) return TooLong();
        if (exit.IsInterrupted || Progress.IsInterrupted) return VariantFault.Interrupted();
        if (exit.HasNotRun) return VariantFault.Failed("it could not be run");
        var said = Progress.Fault;
        if (exit.End == ToolEnd.TimedOut) return VariantFault.TimedOut(limits.Time);
        if (exit.End == ToolEnd.Signalled || Array.Exists(OutOfMemory, words => exit.Error.Contains(words, StringComparison.OrdinalIgnoreCase))) return VariantFault.TooLarge("Making the variant took more memory or processor time than it may.");
        if (exit.Error.Contains("max pixel count", StringComparison.Ordinal) || exit.Error.Contains("icture size", StringComparison.Ordinal)) return VariantFault.TooLarge("The source's picture is too large.");
        return made == 0 ? VariantFault.Unsupported(said) : VariantFault.Failed(said);
    }

    /// <summary>The first bytes, after what ffmpeg says of its source, which comes on another way. Where that calls for another command it begins again.</summary>
    private async Task<int> BeginAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        isHeard = true;
        var first = process.Output.ReadAsync(buffer, cancellation).AsTask();
        // However long it takes: it may be that the source does.
        await Task.WhenAny(Progress.SourceKnown, first);
        if (first.IsCompleted) await Task.WhenAny(Progress.SourceKnown, process.Exited, Task.Delay(Glance, time, cancellation));
        if (command.Again?.Invoke(Progress.Traits) is not { } again || again.SequenceEqual(command.Arguments)) return await first;
        process.Kill();
        await first;
        await process.DisposeAsync();
        Progress = new FfmpegProgress();
        process = Start(again);
        return await process.Output.ReadAsync(buffer, cancellation);
    }

    private ToolProcess Start(IReadOnlyList<string> arguments) => ToolProcess.Start(
        new ToolCommand(tools.Ffmpeg, arguments)
        {
            Input = command.Input,
            Listen = Progress.Hear,
            Limits = new ToolLimits { Time = Left, ProcessorTime = limits.Time * Math.Max(1, limits.Threads), MemoryBytes = limits.MemoryBytes, FileBytes = 0 },
        },
        time);

    /// <summary>What a second start may still take of the time of both.</summary>
    private TimeSpan Left => TimeSpan.FromTicks(Math.Max(0, ((command.Time ?? limits.Time) - time.GetElapsedTime(began)).Ticks));

    private VariantFault TooLong() => VariantFault.TooLarge($"The variant has more than {limits.OutputBytes} bytes.");

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        var exit = await process.Exited;
        // Neither made, where its end was quicker, nor given up for want of anybody who waits.
        if (isTooLong || Loan is { IsBroken: true }) exit = exit with { End = ToolEnd.Exited, Code = 1 };
        if (!command.IsPart || !exit.IsSuccess) meter.End(OptionNames.Of(options.Mode), exit, time.GetElapsedTime(began));
    }
}
