using Sluice.Video.Responsive;

namespace Sluice.Video.Debug;

/// <summary>What a request says of its device and connection.</summary>
internal sealed record ClientFacts(string Device, string Network, bool PlaysWebm, IReadOnlyList<(string Name, string Value)> Fields)
{
    private static readonly string[] Shown =
    [
        "User-Agent", "Accept", "CF-Device-Type", "Sec-CH-Viewport-Width", "Viewport-Width", "Sec-CH-Width", "Width", "Sec-CH-DPR", "DPR", "Sec-CH-Save-Data", "Save-Data",
        "Sec-CH-Prefers-Reduced-Motion", "ECT", "Downlink", "RTT",
    ];

    public static ClientFacts Of(Func<string, string?> field)
    {
        var device = DeviceReader.FromName(field("CF-Device-Type")) ?? DeviceReader.FromAgent(field("User-Agent"));
        return new(
            device is { } kind ? DeviceReader.NameOf(kind) : "unknown",
            new ClientHints(field).Network?.ToString().ToLowerInvariant() ?? "unknown",
            field("User-Agent") is { } agent && AgentCapabilities.Default.PlaysWebm(agent),
            [.. Shown.Select(name => (name, field(name))).Where(f => f.Item2 is not null).Select(f => (f.name, f.Item2!))]);
    }
}
