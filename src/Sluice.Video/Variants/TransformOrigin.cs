using System.Globalization;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>Variants as an origin: each answer is made by ffmpeg from a source that is read through the cache.</summary>
internal sealed class TransformOrigin(string name, string scope, VariantMaker maker, Func<VideoPlan, string> sheet) : IOrigin
{
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
            if (task.Plan.ConfirmedLifetime is { } lifetime) headers.Add("Cache-Control", string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)lifetime.TotalSeconds}"));
            return Empty(304, headers, held);
        }

        // What making it would tell beyond this is not worth making it for.
        if (request.Method == "HEAD") return Empty(200, VariantHeaders.For(plan), new ObjectVersion(null, null, null));
        return await maker.MakeAsync(new VariantJob(plan, stored, version, task.Plan.Recipe, sheet), task.Plan.Client, cancellation);
    }

    private static OriginResponse Empty(int status, HeaderList headers, ObjectVersion version) => new() { Status = status, Headers = headers, BodyLength = status == 200 ? null : 0, Version = version };
}
