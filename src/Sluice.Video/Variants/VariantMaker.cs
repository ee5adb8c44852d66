using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Processes;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>Makes variants with ffmpeg. One for a server: its queue bounds what all routes have made at once.</summary>
public sealed partial class VariantMaker : IAsyncDisposable
{
    private const int FirstBytes = 64 << 10;
    private const int MostWholeBytes = 64 << 20;

    private readonly FfmpegLimits limits;
    private readonly FairQueue queue;
    private readonly SourceListener listener;
    private readonly SourceFacts facts;
    private readonly VariantMeter meter;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string? path;
    private readonly Lock again = new();
    private Task<FfmpegSearch> finding;

    /// <summary>Makes one, and looks for ffmpeg in the folders of <paramref name="path"/> meanwhile.</summary>
    public VariantMaker(FfmpegLimits limits, string? path, ILoggerFactory loggers, TimeProvider time)
    {
        (this.limits, this.path, this.time) = (limits, path, time);
        logger = loggers.CreateLogger("Sluice.Video");
        queue = new FairQueue(limits.Running, limits.Waiting, limits.Patience, time);
        meter = new VariantMeter(queue);
        listener = new SourceListener(loggers);
        facts = new SourceFacts(limits, time);
        finding = Task.Run(() => FfmpegTools.FindAsync(path, time));
    }

    internal TimeProvider Time => time;

    /// <summary>What was found of ffmpeg. Where it was too slow to answer, looks again: a server that starts on a busy machine is not without it for good.</summary>
    public Task<FfmpegSearch> Tools
    {
        get
        {
            var known = Volatile.Read(ref finding);
            if (known is not { IsCompletedSuccessfully: true, Result.IsLate: true }) return known;
            // Of those that come at once one looks.
            lock (again) return ReferenceEquals(finding, known) ? finding = Task.Run(() => FfmpegTools.FindAsync(path, time)) : finding;
        }
    }

    /// <summary>A reading of its state.</summary>
    public VariantStatistics GetStatistics() => new()
    {
        Running = queue.Running,
        Waiting = queue.Waiting,
        Made = meter.Made,
        Failed = meter.Failed,
        Refused = meter.Refused,
        Abandoned = meter.Abandoned,
        Ffmpeg = finding is { IsCompletedSuccessfully: true, Result.Tools.Version: var version } ? version : null,
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        meter.Dispose();
        return listener.DisposeAsync();
    }

    /// <summary>Makes a variant of a source; the answer begins as soon as there are bytes of it.</summary>
    internal async Task<OriginResponse> MakeAsync(VariantJob wanted, string client, CancellationToken cancellation)
    {
        var (plan, source) = (wanted.Plan, wanted.Source);
        var (tools, reason, _) = await Tools.WaitAsync(cancellation);
        if (tools is null) return VariantFault.NoTools(reason).ToResponse();
        // As an upload is that has only begun.
        if (source.Metadata.Length == 0) return VariantFault.Unsupported("it is empty").ToResponse();
        if (limits.SourceBytes > 0 && source.Metadata.Length > limits.SourceBytes) return VariantFault.SourceTooLarge(source.Metadata.Length.Value, limits.SourceBytes).ToResponse();
        if (await queue.EnterAsync(client, cancellation) is not { } slot)
        {
            meter.Refuse();
            return VariantFault.Busy(queue.RetryAfter()).ToResponse();
        }

        var kept = false;
        SourceLoan? loan = null;
        try
        {
            loan = await listener.LendAsync(source, cancellation);
            var (job, refusal) = await TimeAsync(new Job(tools, wanted, loan, slot, plan.Options!), cancellation);
            var answer = refusal ?? job.Options.Mode switch
            {
                VideoMode.SpriteSheet => await SheetAsync(job, cancellation),
                VideoMode.Frame => await FrameAsync(job, cancellation),
                VideoMode.Hls => await HlsAsync(job, cancellation),
                _ => await StreamAsync(job, cancellation),
            };
            kept = answer.Body is VariantBody;
            // Nothing was sent yet: whoever asked asks again, of the version that there is now.
            return kept || !loan.IsChanged ? answer : throw new ObjectChangedException($"{plan.SourcePath} changed while a variant was made of it.");
        }
        catch (IOException failure) when (failure is not (OriginException or ObjectChangedException))
        {
            // As where its package is just being upgraded. What the system says of it names folders.
            LogFailed(plan.Key, failure.Message);
            return VariantFault.Failed("it could not be run").ToResponse();
        }
        finally
        {
            if (!kept)
            {
                loan?.Dispose();
                slot.Dispose();
            }
        }
    }

    /// <summary>Turns a place that only the source can tell the time of into that time.</summary>
    private async Task<(Job Job, OriginResponse? Refusal)> TimeAsync(Job job, CancellationToken cancellation)
    {
        if (job.Options.Place is not { } asked) return (job, null);
        var (fact, said, isLate) = await facts.ProbeAsync(job.Tools, job.SourceKey, job.Loan, asked.IsPicture, cancellation);
        if (fact is null) return (job, Refuse(job, isLate ? VariantFault.TimedOut(limits.Time) : VariantFault.LengthUnknown(said)));
        if (asked.In(fact.Value.Length, fact.Value.Rate) is not { } at) return (job, Refuse(job, VariantFault.Unsupported("it does not say how many pictures it has in a second")));
        return (job with { Options = job.Options with { Time = at, Place = null } }, null);
    }

    private async Task<OriginResponse> StreamAsync(Job job, CancellationToken cancellation)
    {
        var options = job.Options;
        var isWebM = options.Format == "webm";
        // Of the source ffmpeg takes as much from the first picture or sound on, however late that is, and so what is beyond the clip.
        var length = VariantRun.LengthOf(options, null);
        if (isWebM)
        {
            // A WebM that is made as a stream has its length at its head only when it is known before.
            var (fact, said, isLate) = await facts.ProbeAsync(job.Tools, job.SourceKey, job.Loan, false, cancellation);
            if (fact is null && said.Length > 0) return Refuse(job, isLate ? VariantFault.TimedOut(limits.Time) : VariantFault.Unsupported(said));
            length = VariantRun.LengthOf(options, fact?.Length);
        }

        var run = new VariantRun(job.Tools, CommandFor(job, input => FfmpegArguments.For(options, input, limits, length)), options, limits, meter, time) { Loan = job.Loan };
        var kept = false;
        try
        {
            var first = new byte[FirstBytes];
            var count = await run.ReadAsync(first, cancellation);
            if (count == 0) return Nothing();
            if (!isWebM)
            {
                // The head comes in several pieces, all before the first picture is made.
                for (var more = count; more > 0 && !DurationPatch.IsReady(first.AsSpan(0, count)); count += more) more = await run.ReadAsync(first.AsMemory(count), cancellation);
                if (run.Length is { } told && told > TimeSpan.Zero) DurationPatch.Apply(first.AsSpan(0, count), told);
            }

            // Beyond the end there are no pictures, and yet a head of them.
            if (run.Progress.Source is { } whole && options.Time >= whole) return Nothing();

            kept = true;
            return Answer(job, new VariantBody(first.AsMemory(0, count), run, async () =>
            {
                await run.DisposeAsync();
                await LearnAsync(job, run);
                job.Loan.Dispose();
                job.Slot.Dispose();
            }), null, () => run.IsNearlyDone);
        }
        catch (OriginException)
        {
            return Refuse(job, run.Fault(await run.Exited)!);
        }
        finally
        {
            if (!kept) await run.DisposeAsync();
        }

        OriginResponse Nothing() => Refuse(job, VariantFault.Unsupported("it has nothing of what was asked for"));
    }

    /// <summary>One picture. Beyond the end of the source, or of its pictures, which may end before the sound, there is none: it is then the last (row U010).</summary>
    private async Task<OriginResponse> FrameAsync(Job job, CancellationToken cancellation)
    {
        var options = job.Options;
        var last = TimeSpan.FromMilliseconds(100);
        if (facts.LengthOf(job.SourceKey) is { } known && options.Time > known - last) options = options with { Time = Last(known) };
        var made = await WholeAsync(job, CommandFor(job, input => FfmpegArguments.For(options, input, limits)), cancellation);
        if (made.Body is not null || made.Fault is not null || options.Time is not { } asked || asked <= TimeSpan.Zero) return Whole(job, made);
        if (facts.LengthOf(job.SourceKey) is { } length && asked > length) options = options with { Time = length };
        return Whole(job, await WholeAsync(job, CommandFor(job, input => FfmpegArguments.ForLast(options, input, limits)), cancellation));

        TimeSpan Last(TimeSpan length) => length > last ? length - last : TimeSpan.Zero;
    }

    /// <summary>A picture is small, and so is a segment: it is sent once it is whole, so that its length is known, and whether it could be made.</summary>
    private async Task<(byte[]? Body, VariantFault? Fault)> WholeAsync(Job job, FfmpegCommand command, CancellationToken cancellation)
    {
        await using var run = new VariantRun(job.Tools, command, job.Options, limits, meter, time) { Loan = job.Loan };
        var body = new ArrayBufferWriter<byte>(FirstBytes);
        try
        {
            while (await run.ReadAsync(body.GetMemory(FirstBytes), cancellation) is > 0 and var count)
            {
                body.Advance(count);
                if (body.WrittenCount > MostWholeBytes) return (null, VariantFault.TooLarge("It is too large."));
            }
        }
        catch (OriginException)
        {
            var fault = run.Fault(await run.Exited)!;
            return (null, fault with { Message = Clean(job, fault.Message) });
        }

        await LearnAsync(job, run);
        return (body.WrittenCount > 0 ? body.WrittenSpan.ToArray() : null, null);
    }

    private OriginResponse Whole(Job job, (byte[]? Body, VariantFault? Fault) made)
    {
        if (made.Fault is { } fault) LogFailed(job.Plan.Key, fault.Message);
        var body = made.Body is { } stream && job.Options.Format == "avif" ? Avif.Wrap(stream) : made.Body;
        return body is not null ? Answer(job, new MemoryStream(body), body.Length, null)
            : (made.Fault ?? VariantFault.Unsupported("it has no picture there")).ToResponse();
    }

    /// <summary>A command that reads the source, by what is known of its picture.</summary>
    private FfmpegCommand CommandFor(Job job, Func<FfmpegInput, IReadOnlyList<string>> arguments)
    {
        var known = facts.TraitsOf(job.SourceKey);
        return new FfmpegCommand(For(known ?? default)) { Again = known is null ? For : null };

        IReadOnlyList<string> For(SourceTraits traits) => arguments(new(job.Loan.Url, traits.Colours == Colours.Hdr && !job.Tools.CanToneMap ? traits with { Colours = Colours.Usual } : traits));
    }

    private async Task LearnAsync(Job job, VariantRun run)
    {
        // All it said has been heard once it has ended.
        await run.Exited;
        if (!job.Loan.IsBroken && run.Progress.Source is { } length) facts.Learn(job.SourceKey, length, run.Progress.Traits);
    }

    private OriginResponse Refuse(Job job, VariantFault fault)
    {
        // What it lacks then is not for want of it.
        fault = job.Loan.IsBroken ? VariantFault.SourceUnreadable() : fault with { Message = Clean(job, fault.Message) };
        LogFailed(job.Plan.Key, fault.Message);
        return fault.ToResponse();
    }

    /// <summary>The URL of the source is a secret while it is lent, and tells nobody anything afterwards.</summary>
    private static string Clean(Job job, string said) => said.Replace(job.Loan.Url, "the source", StringComparison.Ordinal);

    private static OriginResponse Answer(Job job, Stream body, long? length, Func<bool>? isNearlyDone)
    {
        var headers = VariantHeaders.For(job.Plan);
        // No two runs make the same bytes for certain, so each has a tag of its own.
        var tag = $"\"{job.Version}{job.Wanted.Recipe}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}\"";
        headers.Add("ETag", tag);
        return new OriginResponse { Status = 200, Headers = headers, Body = body, BodyLength = length, Version = new ObjectVersion(tag, null, length), IsNearlyDone = isNearlyDone };
    }

    [LoggerMessage(4001, LogLevel.Warning, "{Variant} could not be made: {Reason}")]
    private partial void LogFailed(string variant, string reason);

    private sealed record Job(FfmpegTools Tools, VariantJob Wanted, SourceLoan Loan, IDisposable Slot, VideoOptions Options)
    {
        public VideoPlan Plan => Wanted.Plan;

        public string Version => Wanted.Version;

        /// <summary>What is known of the source is known under this: a tag tells versions of one object apart, and another object may have the same.</summary>
        public string SourceKey { get; } = $"{Wanted.Version} {Wanted.Source.Scope.Name} {Wanted.Source.Target}";
    }
}
