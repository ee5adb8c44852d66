using Sluice.Core.Tags;
using Sluice.Edge.Fields;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Purging;

/// <summary>The Sluice-Purge field of a PURGE request, a dictionary (RFC 9651): <c>prefix</c> or <c>source</c> to read the path so, <c>tag="…"</c> in place of the path, <c>soft</c> and <c>dry-run</c>.</summary>
internal static class PurgeField
{
    public const string Name = "Sluice-Purge";

    /// <summary>What a request asks for; null, with the reason, when it is not clear. An unknown word is an error: a misspelt dry-run must not purge.</summary>
    public static PurgeRequest? Read(string? field, RequestTarget target, out string reason)
    {
        reason = "";
        var (kind, value, selections) = (PurgeKind.Url, target.Text, 0);
        var (soft, dry) = (false, false);
        var members = new StructuredDictionary(field ?? "");
        while (members.MoveNext())
        {
            var isOn = members is { Kind: StructuredKind.Boolean, Number: 1 };
            switch (members.Key)
            {
                case "soft" when isOn:
                    soft = true;
                    break;
                case "dry-run" when isOn:
                    dry = true;
                    break;
                case "prefix" when isOn:
                    (kind, selections) = (PurgeKind.Prefix, selections + 1);
                    break;
                case "source" when isOn:
                    (kind, selections) = (PurgeKind.Source, selections + 1);
                    break;
                case "tag" when members.Kind is StructuredKind.String or StructuredKind.Token && members.Value.Length > 0:
                    (kind, value, selections) = (PurgeKind.Tag, Unescape(members.Value), selections + 1);
                    break;
                default:
                    reason = $"{Name} knows prefix, source, tag=\"…\", soft and dry-run.";
                    return null;
            }
        }

        if (members.Failed) reason = $"{Name} is not a structured field, such as: prefix, soft, dry-run.";
        else if (selections > 1) reason = $"{Name} takes one of prefix, source and tag.";
        return reason.Length > 0 ? null : new PurgeRequest(kind, value, soft, dry);
    }
    private static string Unescape(ReadOnlySpan<char> text) =>
        text.ToString().Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}
