using Sluice.Video.Options;

namespace Sluice.Video.Debug;

/// <summary>Reads the switches for debugging off a request that may use them.</summary>
internal static class DebugReader
{
    /// <summary>Request fields that are switches.</summary>
    public static readonly string[] Fields = ["X-Debug", "X-Debug-Enabled", "Debug", "X-Video-Resizer-Debug"];

    public static DebugSwitches Read(ref readonly ParameterSet parameters, Func<string, string?> field)
    {
        var switches = parameters[VideoParameter.Debug] switch
        {
            "" or "false" or "0" => DebugSwitches.None,
            "view" => DebugSwitches.View | DebugSwitches.Headers,
            "json" => DebugSwitches.Json | DebugSwitches.Headers,
            "headers" => DebugSwitches.Headers,
            _ => DebugSwitches.BypassAll | DebugSwitches.Headers,
        };
        if (IsOn(parameters[VideoParameter.NoCache]) || IsOn(parameters[VideoParameter.Bypass])) switches |= DebugSwitches.BypassAll;
        if (IsOn(parameters[VideoParameter.NoKvCache])) switches |= DebugSwitches.BypassVariants;
        foreach (var name in Fields)
            if (IsOn(field(name))) switches |= DebugSwitches.Headers;
        return switches;
    }

    private static bool IsOn(ReadOnlySpan<char> value) => !value.IsEmpty && value is not ("false" or "0");
}
