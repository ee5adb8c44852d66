namespace Sluice.Video.Responsive;

/// <summary>Tells the kind of device from what a request says (row U036).</summary>
internal static class DeviceReader
{
    private static readonly string[] Names = ["mobile", "tablet", "desktop", "large-desktop"];
    private static readonly string[] Televisions = ["SmartTV", "SMART-TV", "AppleTV", "GoogleTV", "Android TV", "BRAVIA", "CrKey", "Web0S", "Tizen"];

    /// <summary>By name, as in <c>device=</c> (row U040) and CF-Device-Type; null for an unknown one.</summary>
    public static DeviceKind? FromName(ReadOnlySpan<char> name)
    {
        name = name.Trim();
        for (var i = 0; i < Names.Length; i++)
            if (name.Equals(Names[i], StringComparison.OrdinalIgnoreCase)) return (DeviceKind)i;
        return null;
    }

    /// <summary>Its name.</summary>
    public static string NameOf(DeviceKind device) => Names[(int)device];

    /// <summary>By User-Agent; null when there is none.</summary>
    public static DeviceKind? FromAgent(string? agent)
    {
        if (string.IsNullOrWhiteSpace(agent)) return null;
        var isMobile = Has("Mobi");
        if (Array.Exists(Televisions, Has) && !isMobile) return DeviceKind.LargeDesktop;
        if (Has("iPad") || Has("Tablet") || Has("Kindle") || Has("Silk/") || (Has("Android") && !isMobile)) return DeviceKind.Tablet;
        return isMobile || Has("iPhone") || Has("iPod") ? DeviceKind.Mobile : DeviceKind.Desktop;

        bool Has(string part) => agent.Contains(part, StringComparison.OrdinalIgnoreCase);
    }
}
