using System.Globalization;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Model;

/// <summary>An origin that answers as the step under way says, and notes what it was asked.</summary>
internal sealed class ScriptedOrigin(ManualTimeProvider time) : IOrigin
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 2, 2, 14, 5, TimeSpan.Zero);
    private readonly Dictionary<string, int> versions = [];
    private Step step = new();
    private int number;

    public string Name => "scripted";

    public string Scope { get; init; } = "scripted";

    public OriginTraits Traits => OriginTraits.None;

    public List<OriginRequest> Requests { get; } = [];

    public void Begin(Step next, int index)
    {
        (step, number) = (next, index);
        Requests.Clear();
        if (next.IsChanged) versions[next.Path] = VersionOf(next.Path) + 1;
    }

    public string? ConditionText() => step.Condition switch
    {
        Condition.Current => TagOf(VersionOf(step.Path)),
        Condition.Former => TagOf(VersionOf(step.Path) - 1),
        Condition.Any => "*",
        _ => null,
    };

    /// <summary>What it answers to a request with these validators.</summary>
    public ScriptedAnswer Answer(string? ifNoneMatch, DateTimeOffset? ifModifiedSince)
    {
        var version = VersionOf(step.Path);
        var says = step.Origin;
        var date = time.GetUtcNow().AddSeconds(-says.DateBehind);
        var tag = says.HasETag ? TagOf(version) : null;
        DateTimeOffset? modified = says.HasLastModified ? Beginning.AddSeconds(version) : null;
        var isUnchanged = says.Status is >= 200 and < 300
            && (ifNoneMatch is not null ? ifNoneMatch == "*" || ifNoneMatch == tag : modified is not null && modified <= ifModifiedSince);
        return new ScriptedAnswer
        {
            Status = isUnchanged ? 304 : says.Status,
            Control = says.Control,
            Date = date,
            Expires = says.ExpiresIn is { } seconds ? date.AddSeconds(seconds) : null,
            Age = says.Age,
            ETag = tag,
            LastModified = modified,
            Vary = says.Vary,
            HasCookie = says.HasCookie,
            Marker = number,
            Body = isUnchanged ? "" : $"{step.Path} {version} {says.Status}",
        };
    }

    public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        Requests.Add(request);
        if (step.IsDown) throw new OriginException(OriginFailure.Unreachable, "scripted: down");
        var isRead = request.Method is "GET" or "HEAD";
        var since = request.Held?.LastModified is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : (DateTimeOffset?)null;
        var answer = isRead ? Answer(request.Held is { } held ? held.ETag : request.Headers.First("If-None-Match"), since) : Answer(null, null);
        var body = request.Method == "HEAD" ? [] : Encoding.ASCII.GetBytes(answer.Body);
        var headers = HeadersOf(answer);
        return new(new OriginResponse
        {
            Status = answer.Status,
            Headers = headers,
            Body = new MemoryStream(body),
            BodyLength = body.Length,
            Version = new ObjectVersion(headers.First("ETag"), headers.First("Last-Modified"), answer.Status == 304 || request.Method == "HEAD" ? null : body.Length),
        });
    }

    private static HeaderList HeadersOf(ScriptedAnswer answer)
    {
        var headers = new HeaderList();
        void Add(string name, string? value)
        {
            if (value is not null) headers.Add(name, value);
        }

        Add("Date", answer.Date.ToString("r", CultureInfo.InvariantCulture));
        Add("Cache-Control", answer.Control?.ToString());
        Add("Expires", answer.Expires?.ToString("r", CultureInfo.InvariantCulture));
        Add("Age", answer.Age?.ToString(CultureInfo.InvariantCulture));
        Add("ETag", answer.ETag);
        Add("Last-Modified", answer.LastModified?.ToString("r", CultureInfo.InvariantCulture));
        Add("Vary", answer.Vary);
        Add("Set-Cookie", answer.HasCookie ? "a=b" : null);
        Add("X-Marker", answer.Marker.ToString(CultureInfo.InvariantCulture));
        return headers;
    }

    private int VersionOf(string path) => versions.GetValueOrDefault(path, 1);

    private string TagOf(int version) => $"\"{step.Path}-{version}\"";
}
