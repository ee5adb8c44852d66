using System.Globalization;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>Variants as an origin: each answer is made by ffmpeg from a source that is read through the cache.</summary>
internal sealed class TransformOrigin(string name, string scope, VariantMaker maker, TimeSpan lifetime, VariantLinks links) : IOrigin
{
    private static readonly string[] Speaking = ["Cache-Control", "CDN-Cache-Control", "Sluice-CDN-Cache-Control"], Ages = ["max-age", "s-maxage"];

    public string Name => name;

    public string Scope => scope;

    public OriginTraits Traits => OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly | OriginTraits.MadeAnew;

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        // The bytes of one run cannot be had from another.
        if (request.Require is not null || request.Variant is not { Plan.Order: VideoPlan plan } task) return Empty(412, new HeaderList(), new ObjectVersion(null, null, 0));

        var source = await task.OpenSource(cancellation);
        if (source.Status is 404 or 410) return VariantFault.NoSource(source.Status).ToResponse();
        if (source.Stored is not { Metadata.Status: 200 } stored) return (source.Status >= 400 ? VariantFault.SourceRefused(source.Status) : VariantFault.SourceUnusable(source.Reason)).ToResponse();
        var version = SourceObject.VersionOf(stored.Metadata.Version);
        if (request.Held is { ETag: { } tag } held && tag.AsSpan(1).StartsWith(version + task.Plan.Recipe, StringComparison.Ordinal))
        {
            var headers = VariantHeaders.For(plan);
            headers.Add("ETag", tag);
            if (LifetimeOf(stored) is { } shorter) headers.Add("Cache-Control", shorter);
            else if (task.Plan.ConfirmedLifetime is { } confirmed) headers.Add("Cache-Control", string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)confirmed.TotalSeconds}"));
            return Empty(304, headers, held);
        }

        // What making it would tell beyond this is not worth making it for.
        if (request.Method == "HEAD") return Empty(200, VariantHeaders.For(plan), new ObjectVersion(null, null, null));
        var answer = await maker.MakeAsync(new VariantJob(plan, stored, version, task.Plan.Recipe, links), task.Plan.Client, cancellation);
        if (answer.Status == 200 && LifetimeOf(stored) is { } rule) answer.Headers.Add("Cache-Control", rule);
        return answer;
    }

    /// <summary>What is to be said of a variant whose source is to be checked sooner than variants are; null where it is not.</summary>
    private string? LifetimeOf(CachedObject source)
    {
        var (made, fields) = (source.Metadata.Freshness, source.Metadata.Headers);
        if (made.AlwaysRevalidate) return "public, no-cache";
        // Where nobody said how long, as with no more than public, what is guessed of it is no reason to ask for it again each time: it may have to be fetched whole.
        if (!fields.Contains("Expires") && !Array.Exists(Speaking, name => fields.Combined(name) is { } said && Array.Exists(Ages, age => said.Contains(age, StringComparison.OrdinalIgnoreCase)))) return null;
        if (made.Lifetime >= lifetime) return null;
        var left = Math.Max(0, (long)Math.Ceiling(made.RemainingAt(maker.Time.GetUtcNow()).TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"public, max-age={left}{(made.NeverStale ? ", must-revalidate" : made.StaleWhileRevalidate > TimeSpan.Zero ? $", stale-while-revalidate={(long)made.StaleWhileRevalidate.TotalSeconds}" : "")}");
    }

    private static OriginResponse Empty(int status, HeaderList headers, ObjectVersion version) => new() { Status = status, Headers = headers, BodyLength = status == 200 ? null : 0, Version = version };
}
