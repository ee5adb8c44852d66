using System.Collections.Frozen;
using Sluice.Video.Derivatives;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Responsive;

/// <summary>Chooses a size for the device that asks (row U028): what the query says, then client hints, then the kind of device, then the agent, then a default.</summary>
internal sealed class ResponsiveChooser(VideoPolicy policy, FrozenDictionary<string, VideoOptions> derivatives)
{
    private const ulong ImageQueryMask = (1UL << (int)VideoParameter.ImWidth) | (1UL << (int)VideoParameter.ImHeight) | (1UL << (int)VideoParameter.ImViewWidth)
        | (1UL << (int)VideoParameter.ImViewHeight) | (1UL << (int)VideoParameter.ImRef);

    private const ulong OverrideMask = (1UL << (int)VideoParameter.Device) | (1UL << (int)VideoParameter.Network);

    // Row U034.
    private const int DefaultWidth = 854;

    // Row U036: CF-Device-Type tells a width.
    private static readonly int[] WidthsOfDevice = [640, 1024, 1920, 1920];

    private readonly SizeMatcher sizes = new(policy, derivatives);

    /// <summary>The choice; null when none is wanted.</summary>
    public ResponsiveResult? Choose(in VideoRequest request, ref readonly ParameterSet set, Derivative asked, PlanNotes notes)
    {
        var isVideo = asked.Mode is null or VideoMode.Video && asked.Format is not "m4a";
        var isAuto = asked.Quality == VideoLevel.Auto && isVideo;
        var wanted = (set.Present & (ImageQueryMask | OverrideMask)) != 0 || isAuto || set[VideoParameter.Derivative] is "auto" || set[VideoParameter.Width] is "auto" || set[VideoParameter.Height] is "auto";
        if ((asked.Width ?? asked.Height) is not null || asked.Mode == VideoMode.Audio || asked.Format == "m4a")
        {
            if ((set.Present & (ImageQueryMask | OverrideMask)) != 0) notes.Warn("imwidth and its kin, device and network are ignored: sizes are given, or there is no picture.");
            return null;
        }
        if (policy.Responsive == ResponsiveChoice.Never)
        {
            if (wanted) notes.Warn("The size is not chosen for devices here.");
            return null;
        }
        if (!wanted && !(policy.Responsive == ResponsiveChoice.Always && isVideo)) return null;
        return FromQuery(in set, isVideo, notes) ?? FromFields(in request, in set, isVideo, isAuto, notes);
    }

    private ResponsiveResult? FromQuery(ref readonly ParameterSet set, bool isVideo, PlanNotes notes)
    {
        if ((set.Present & ImageQueryMask) == 0) return null;
        var query = new ImageQuery(in set, notes);
        var ratio = query.PixelRatio ?? 1;
        var (width, height) = (query.Width ?? query.ViewportWidth * ratio, query.Height ?? (query.Width is null && query.ViewportWidth is null ? query.ViewportHeight * ratio : null));
        if (width is null && height is null) return null;
        var result = !isVideo ? sizes.Itself(width, height) : height is { } high ? sizes.BySize(width, high) : sizes.ByWidth(width!.Value);
        notes.Say("responsive", $"imwidth and its kin: {width} x {height} pixels, so {Describe(result)}");
        return result;
    }

    private ResponsiveResult FromFields(in VideoRequest request, ref readonly ParameterSet set, bool isVideo, bool isAuto, PlanNotes notes)
    {
        var named = set.Has(VideoParameter.Device) ? DeviceReader.FromName(set[VideoParameter.Device]) : null;
        if (set.Has(VideoParameter.Device) && named is null) notes.Ignore(VideoParameter.Device, "it is none of mobile, tablet, desktop, large-desktop");
        var overridden = set.Has(VideoParameter.Network) ? ClientHints.NetworkFromName(set[VideoParameter.Network]) : null;
        if (set.Has(VideoParameter.Network) && overridden is null) notes.Ignore(VideoParameter.Network, "it is none of low, medium, fast, ultrafast");
        // What the URL says of the device and of the connection needs no field, and so no Vary.
        if (named is { } told && overridden is not null) return ForDevice(told, overridden, isVideo, isAuto, null, "the query", notes);
        var hints = new ClientHints(request.Field);
        var network = overridden ?? hints.Network;
        if (named is { } device) return ForDevice(device, network, isVideo, isAuto, hints, "the query", notes) with { Vary = ClientHints.Fields };
        if ((hints.Width ?? hints.ViewportWidth) is not null)
        {
            var width = hints.Width ?? hints.ViewportWidth!.Value * (hints.PixelRatio ?? 1);
            return ForWidth(width, network, isVideo, overridden is null ? hints.WidestFor(true) : overridden == NetworkClass.Slow ? 480 : hints.WidestFor(false), "client hints", notes) with { Vary = ClientHints.Fields };
        }
        const string WithDevice = ClientHints.Fields + ", CF-Device-Type";
        if (DeviceReader.FromName(request.Field("CF-Device-Type")) is { } type)
            return network is not null
                ? ForDevice(type, network, isVideo, isAuto, hints, "CF-Device-Type", notes) with { Vary = WithDevice }
                : ForWidth(WidthsOfDevice[(int)type], null, isVideo, hints.WidestFor(false), "CF-Device-Type", notes) with { Vary = WithDevice };
        const string WithAgent = WithDevice + ", User-Agent";
        if (DeviceReader.FromAgent(request.Field("User-Agent")) is { } kind) return ForDevice(kind, network, isVideo, isAuto, hints, "User-Agent", notes) with { Vary = WithAgent };
        return ForWidth(DefaultWidth, network, isVideo, hints.WidestFor(true), "nothing said", notes) with { Vary = WithAgent };
    }

    private ResponsiveResult ForDevice(DeviceKind device, NetworkClass? network, bool isVideo, bool isAuto, ClientHints? hints, string source, PlanNotes notes)
    {
        var height = QualityMatrix.Height(device, network, isAuto);
        var chosen = isVideo ? sizes.BySize(null, height) : sizes.Itself(null, height);
        var result = sizes.Narrow(chosen, hints?.WidestFor(false)) with { Network = network };
        notes.Say("responsive", $"{source}: {DeviceReader.NameOf(device)}, network {network?.ToString().ToLowerInvariant() ?? "unknown"}, {height} lines, so {Describe(result)}");
        return result;
    }

    private ResponsiveResult ForWidth(double width, NetworkClass? network, bool isVideo, int? widest, string source, PlanNotes notes)
    {
        var result = sizes.Narrow(isVideo ? sizes.ByWidth(width) : sizes.Itself(width, null), widest) with { Network = network };
        notes.Say("responsive", $"{source}: {width} pixels, at most {widest?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any"}, so {Describe(result)}");
        return result;
    }

    private static string Describe(ResponsiveResult result) => result.Derivative ?? $"{result.Width} x {result.Height}";
}
