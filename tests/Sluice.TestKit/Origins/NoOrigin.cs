using Sluice.Core.Origins;

namespace Sluice.TestKit.Origins;

/// <summary>An origin of which nothing can be had.</summary>
public sealed class NoOrigin : IOrigin
{
    public string Name => "none";

    public string Scope => "none";

    public OriginTraits Traits => OriginTraits.None;

    public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) => throw new OriginException(OriginFailure.Unreachable, "nothing can be had of it");
}
