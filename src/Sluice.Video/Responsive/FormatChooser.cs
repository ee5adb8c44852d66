using Sluice.Video.Planning;

namespace Sluice.Video.Responsive;

/// <summary>Chooses between MP4 and WebM for <c>format=auto</c>: what Accept lists, then what the agent is known to play (row U039).</summary>
internal static class FormatChooser
{
    /// <summary>Request fields read here, as Vary names them.</summary>
    public const string Fields = "Accept, User-Agent";

    public static string Choose(in VideoRequest request, AgentCapabilities capabilities, PlanNotes notes)
    {
        var accept = request.Field("Accept");
        var format = Lists(accept, "video/webm") ? "webm"
            : Lists(accept, "video/mp4") ? "mp4"
            : request.Field("User-Agent") is { } agent && capabilities.PlaysWebm(agent) ? "webm" : "mp4";
        notes.Say("responsive", $"format=auto: {format}");
        return format;
    }

    /// <summary>True when a field lists a media type and does not refuse it with q=0; "*/*" says nothing of either.</summary>
    private static bool Lists(ReadOnlySpan<char> accept, string type)
    {
        foreach (var range in accept.Split(','))
        {
            var member = accept[range].Trim();
            var semicolon = member.IndexOf(';');
            var name = (semicolon < 0 ? member : member[..semicolon]).TrimEnd();
            if (name.Equals(type, StringComparison.OrdinalIgnoreCase)) return semicolon < 0 || !IsRefused(member[semicolon..]);
        }
        return false;
    }

    private static bool IsRefused(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && !parameter[3..].ContainsAnyInRange('1', '9')) return true;
        }
        return false;
    }
}
