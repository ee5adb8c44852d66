using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;

namespace Sluice.Edge.Tests.Variants;

/// <summary>A transform whose variants tell the first bytes of their source: "?make=NAME", in any order with other parameters.</summary>
internal sealed class MadeTransform : ITransform, IOrigin
{
    private int runs;

    public IOrigin Origin => this;

    public string Name => "variants";

    public string Scope => "variants of made";

    public OriginTraits Traits => OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly | OriginTraits.MadeAnew;

    public int Runs => runs;

    public int Decisions { get; private set; }

    public string Recipe { get; set; } = "recipe00";

    public int Fault { get; set; }

    /// <summary>Whether each run finds that its source is another one by then.</summary>
    public bool IsChanging { get; set; }

    public int Bytes { get; set; } = 4;

    /// <summary>When set, a run waits for it before it answers.</summary>
    public TaskCompletionSource? Held { get; init; }

    /// <summary>What each variant says of the one after it.</summary>
    public string? Next { get; init; }

    /// <summary>When set, the first run brings one byte and no more, and takes until then to end when nobody wants it.</summary>
    public TaskCompletionSource? Stuck { get; set; }

    /// <summary>Completes when that run begins to end.</summary>
    public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Vary { get; init; } = [];

    public bool ChoosesAlways { get; init; }

    public bool Reads(ReadOnlySpan<char> parameter) => parameter is "make" or "anew";

    public IReadOnlyList<string> AskingFields => ["X-Ask"];

    public TransformDecision? Decide(TransformQuery query)
    {
        Decisions++;
        if (ChoosesAlways && query.Query.Length == 0 && query.Field("Sec-CH-Viewport-Width") is { } width) query = query with { Query = "?make=" + width };
        if (query.Query.Split('?', '&').FirstOrDefault(part => part.StartsWith("make=", StringComparison.Ordinal)) is not { } made) return null;
        if (made == "make=original") return new TransformDecision(null) { Original = query.Path, SkipsCache = query.Query.Contains("anew", StringComparison.Ordinal), Vary = Vary, Headers = new HeaderList { { "X-Told", "1" } } };
        if (made == "make=nothing") return new TransformDecision(null) { Status = 400, Body = "no"u8.ToArray() };
        return new TransformDecision(new TransformPlan
        {
            Key = $"made:{query.Path[1..]}:{made[5..]}", Source = query.Path, Recipe = Recipe, Order = made[5..], Vary = Vary, IsForAll = Vary.Count == 0, Next = Next,
            SkipsCache = query.Query.Contains("anew", StringComparison.Ordinal),
        });
    }

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        if (request.Require is not null || request.Variant is not { } task) return Answer(412, null, []);
        var source = await task.OpenSource(cancellation);
        if (source.Stored is not { Metadata.Status: 200 } stored) return Answer(source.Status is 404 ? 404 : 502, null, Encoding.ASCII.GetBytes(source.Reason));
        var version = SourceObject.VersionOf(stored.Metadata.Version) + Recipe;
        if (request.Held?.ETag?.StartsWith($"\"{version}", StringComparison.Ordinal) == true) return Answer(304, request.Held.ETag, []);
        var run = Interlocked.Increment(ref runs);
        if (Held is { } held) await held.Task.WaitAsync(cancellation);
        if (IsChanging) throw new ObjectChangedException("another version");
        if (Fault != 0) return Answer(Fault, null, "it broke"u8.ToArray());
        if (run == 1 && Stuck is { } stuck) return new OriginResponse { Status = 200, Headers = new HeaderList { { "ETag", $"\"{version}-{run}\"" } }, Body = new StuckBody(stuck.Task, GivenUp), Version = new ObjectVersion($"\"{version}-{run}\"", null, null) };
        var body = new List<byte>(Encoding.ASCII.GetBytes((string)task.Plan.Order));
        using var reader = stored.Open(0, Math.Min(Bytes, stored.Metadata.Length!.Value), stored.Source);
        while (true)
        {
            using var piece = await reader.ReadAsync(cancellation);
            if (piece.Length == 0) break;
            body.AddRange(piece.Span);
        }

        return Answer(200, $"\"{version}-{run}\"", [.. body]);
    }

    private static OriginResponse Answer(int status, string? tag, byte[] body)
    {
        var headers = new HeaderList();
        if (tag is not null) headers.Add("ETag", tag);
        headers.Add("Cache-Tag", "made-tag");
        if (status >= 400) headers.Add("X-Error-Reason", "it broke");
        return new OriginResponse { Status = status, Headers = headers, Body = new MemoryStream(body), BodyLength = body.Length, Version = new ObjectVersion(tag, null, body.Length) };
    }

    private sealed class StuckBody(Task end, TaskCompletionSource begun) : MemoryStream([1])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Read(buffer.Span) is > 0 and var count) return count;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }

        public override async ValueTask DisposeAsync()
        {
            begun.TrySetResult();
            await end;
            await base.DisposeAsync();
        }
    }
}
