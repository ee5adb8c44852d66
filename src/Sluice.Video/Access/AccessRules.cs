using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Access;

/// <summary>Which parameters a route takes, and from whom.</summary>
internal sealed class AccessRules
{
    private const VideoParameter None = (VideoParameter)(-1);

    /// <summary>What goes with a derivative where there is nothing else: hints to players, what chooses one of the derivatives, and which piece of it.</summary>
    private static readonly ulong BesideDerivatives = Bits([
        VideoParameter.Derivative, VideoParameter.Loop, VideoParameter.Autoplay, VideoParameter.Muted, VideoParameter.Preload, VideoParameter.FileName, VideoParameter.Segment, VideoParameter.Dpr,
        VideoParameter.ImWidth, VideoParameter.ImHeight, VideoParameter.ImViewWidth, VideoParameter.ImViewHeight, VideoParameter.ImDensity, VideoParameter.ImRef,
        VideoParameter.Device, VideoParameter.Network,
    ]);

    /// <summary>What follows from nothing else.</summary>
    private static readonly ulong Naming = Bits([VideoParameter.Derivative, VideoParameter.Mode, VideoParameter.Segment]);

    private readonly VideoPolicy policy;
    private readonly TimeProvider time;
    private readonly ulong allowed;

    public AccessRules(VideoPolicy policy, TimeProvider time)
    {
        (this.policy, this.time) = (policy, time);
        allowed = policy.DerivativesOnly ? BesideDerivatives : ParameterSet.OptionMask;
        if (policy.Parameters is { } names) allowed &= Bits(names.Select(n => ParameterNames.TryFind(n, out var found) ? found : None).Where(p => p != None));
    }

    /// <summary>Refuses what may not be asked; the signature comes first, so that nothing else is told to strangers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="set">Its parameters.</param>
    /// <param name="granted">Those that are taken here whatever the route takes.</param>
    /// <param name="notes">Hears what is refused.</param>
    public void Check(in VideoRequest request, ref readonly ParameterSet set, ulong granted, PlanNotes notes)
    {
        if (set.Repeated is { } twice) notes.Fail(VideoErrorType.InvalidParameter, $"{ParameterNames.Of(twice)} is given twice.");
        if (policy.SigningKeys.Count > 0)
        {
            var problem = UrlSignature.Check(request.Path, request.Query, in set, policy.SigningKeys, time);
            if (problem is { } type) notes.Fail(type, Explain(type));
            else notes.Say("signature", $"good");
        }
        var beyond = set.Present & ParameterSet.OptionMask & ~allowed & ~granted;
        if (policy.DerivativesOnly)
        {
            // "auto" asks for a choice among derivatives.
            if (set[VideoParameter.Width] is "auto") beyond &= ~ParameterSet.Bit(VideoParameter.Width);
            if (set[VideoParameter.Height] is "auto") beyond &= ~ParameterSet.Bit(VideoParameter.Height);
            if (set[VideoParameter.Quality] is "auto") beyond &= ~ParameterSet.Bit(VideoParameter.Quality);
        }
        if (beyond != 0) notes.Fail(VideoErrorType.ParameterNotAllowed, $"{ParameterNames.Of(ParameterSet.First(beyond))} is not allowed here{(policy.DerivativesOnly ? "; ask for a derivative" : "")}.");
    }

    /// <summary>A query that names a variant, without what is not taken here: whoever came to that variant did so without it, so that it follows from the rest.</summary>
    public string Allowed(string query) => policy.Parameters is null ? query
        : "?" + string.Join('&', query.TrimStart('?').Split('&').Where(pair => !ParameterNames.TryFind(pair.AsSpan(0, Math.Max(0, pair.IndexOf('=', StringComparison.Ordinal))), out var parameter) || ((allowed | Naming) & ParameterSet.Bit(parameter)) != 0));

    private static string Explain(VideoErrorType type) => type switch
    {
        VideoErrorType.SignatureRequired => "Variants here need a signed URL.",
        VideoErrorType.SignatureExpired => "The signature of the URL has expired.",
        _ => "The signature does not fit the URL.",
    };

    private static ulong Bits(IEnumerable<VideoParameter> parameters) => parameters.Aggregate(0UL, (bits, p) => bits | ParameterSet.Bit(p));
}
