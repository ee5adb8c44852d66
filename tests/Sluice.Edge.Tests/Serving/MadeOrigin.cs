using System.Collections.Concurrent;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Tests.Serving;

/// <summary>An origin of made-up bodies that counts what it is asked for.</summary>
internal sealed class MadeOrigin(OriginTraits traits = OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly) : IOrigin
{
    private long bytes;

    public string Name => "made";

    public string Scope => "made";

    public OriginTraits Traits => traits;

    public long Length { get; set; } = 100;

    public string Version { get; set; } = "1";

    public int Status { get; set; } = 200;

    public bool IsDown { get; set; }

    /// <summary>The head does not tell how long the body is.</summary>
    public bool HidesLength { get; set; }

    public HeaderList Extra { get; } = new();

    /// <summary>When set, bodies wait for it after their first 64 KiB.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public ConcurrentQueue<OriginRequest> Requests { get; } = new();

    public long Bytes => Interlocked.Read(ref bytes);

    public static byte At(string version, long position) => (byte)((position * 31) + version.GetHashCode(StringComparison.Ordinal));

    public byte[] Expected(long start, long end) => [.. Enumerable.Range(0, (int)(end - start)).Select(i => At(Version, start + i))];

    public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        if (IsDown) throw new OriginException(OriginFailure.Unreachable, "made: down");
        var version = new ObjectVersion($"\"{Version}\"", null, HidesLength ? null : Length);
        var headers = new HeaderList(Extra) { { "ETag", version.ETag! }, { "Content-Type", "video/mp4" } };
        if (Status != 200) return Answer(Status, headers, version with { ETag = null, Length = 0 }, 0, 0, null);
        if (request.Require is { } required && !required.Matches(version)) return Answer(412, headers, version, 0, 0, null);
        if (request.Held is { } held && held.Matches(version)) return Answer(304, headers, version, 0, 0, null);
        if (request.Method == "HEAD")
        {
            headers.Add("Content-Length", Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return Answer(200, headers, version, 0, 0, null);
        }

        if (request.Range is not { } range || !traits.HasFlag(OriginTraits.Ranges)) return Answer(200, headers, version, 0, Length, null);
        return range.Resolve(Length) is { } part ? Answer(206, headers, version, part.Start, part.End, (part.Start, part.End, Length)) : Answer(416, headers, version, 0, 0, null);
    }

    private ValueTask<OriginResponse> Answer(int status, HeaderList headers, ObjectVersion version, long start, long end, (long, long, long?)? range) => new(new OriginResponse
    {
        Status = status, Headers = headers, Version = version, Range = range, BodyLength = HidesLength ? null : end - start, Body = new MadeBody(this, Version, start, end),
    });

    private sealed class MadeBody(MadeOrigin origin, string version, long start, long end) : BodyStream
    {
        private readonly long first = start;
        private long position = start;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position - first >= 65536 && origin.Gate is { } gate) await gate.Task.WaitAsync(cancellationToken);
            await Task.Yield();
            var count = (int)Math.Min(Math.Min(buffer.Length, 16384), end - position);
            for (var i = 0; i < count; i++) buffer.Span[i] = At(version, position + i);
            position += count;
            Interlocked.Add(ref origin.bytes, count);
            return count;
        }
    }
}
