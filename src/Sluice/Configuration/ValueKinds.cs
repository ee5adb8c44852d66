using System.Globalization;
using Sluice.Edge.Routes;

namespace Sluice.Configuration;

/// <summary>The kinds of value that settings have.</summary>
internal static class ValueKinds
{
    /// <summary>What switches off a setting that may be absent; JSON null means the same.</summary>
    public const string Off = "off";

    public static readonly ValueKind<long> Size = new("size", "write a number with a unit, such as 256MB or 1.5GiB",
        ByteSize.TryParse, ByteSize.Format, """{"type":["string","integer"],"pattern":"^[0-9]+(\\.[0-9]+)? ?(([KMGTkmgt]i?)?[Bb])?$","minimum":0}""");

    public static readonly ValueKind<int> SmallSize = new("size", Size.Advice,
        (string text, out int value) =>
        {
            var ok = ByteSize.TryParse(text, out var bytes) && bytes <= int.MaxValue;
            value = ok ? (int)bytes : 0;
            return ok;
        }, value => ByteSize.Format(value), Size.Schema);

    public static readonly ValueKind<TimeSpan> Time = new("duration", "write a number with a unit, such as 30s, 5m, 1h or 7d",
        Duration.TryParse, Duration.Format, """{"type":["string","integer"],"pattern":"^[0-9]+$|^([0-9]+(ms|s|m|h|d))+$","minimum":0}""");

    public static readonly ValueKind<TimeSpan?> OptionalTime = Optional(Time);

    public static readonly ValueKind<ExtensionPolicy> Lifetime = new("lifetime", "write a duration, such as 1h, or one followed by immutable, such as \"7d immutable\"",
        (string text, out ExtensionPolicy value) =>
        {
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var immutable = words.Length == 2 && words[1].Equals("immutable", StringComparison.OrdinalIgnoreCase);
            var ok = Duration.TryParse(words.Length > 0 ? words[0] : "", out var time) && (words.Length == 1 || immutable);
            value = new ExtensionPolicy(time, immutable);
            return ok;
        }, value => Duration.Format(value.Lifetime) + (value.Immutable ? " immutable" : ""),
        """{"type":["string","integer"],"pattern":"^([0-9]+|([0-9]+(ms|s|m|h|d))+)( immutable)?$","minimum":0}""");

    public static readonly ValueKind<ListenAddress> Address = new("address", "write ADDRESS:PORT, such as 127.0.0.1:8081, 0.0.0.0:8081 or [::1]:8081",
        ListenAddress.TryParse, value => value.ToString(), """{"type":"string","pattern":":[0-9]{1,5}$"}""");

    public static readonly ValueKind<ListenAddress?> OptionalAddress = Optional(Address);

    public static readonly ValueKind<string> Text = new("text", "write some text",
        (string text, out string value) => (value = text).Length > 0, value => value, """{"type":"string","minLength":1}""");

    public static readonly ValueKind<string> Path = new("path", "write a path",
        (string text, out string value) =>
        {
            value = text.StartsWith("~/", StringComparison.Ordinal) ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), text[2..]) : text;
            return value.Length > 0;
        }, value => value, Text.Schema);

    public static readonly ValueKind<string?> OptionalPath = OrOff<string>(Path!);

    public static readonly ValueKind<string?> OptionalText = new("text", "write some text, or off",
        (string text, out string? value) =>
        {
            value = text == Off ? null : text;
            return text.Length > 0;
        }, value => value ?? Off, """{"type":["string","null"],"minLength":1}""") { Null = Off };

    /// <summary>A text that may be empty, which is the same as off.</summary>
    public static readonly ValueKind<string?> PossibleText = new("text", "write some text, or off",
        (string text, out string? value) =>
        {
            value = text is Off or "" ? null : text;
            return true;
        }, value => value ?? Off, """{"type":["string","null"]}""") { Null = Off };

    public static readonly ValueKind<Uri?> Url = new("URL", "write http:// or https:// and a host, such as http://127.0.0.1:9000",
        (string text, out Uri? value) =>
        {
            var ok = Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && value.UserInfo.Length == 0 && value.Query.Length == 0 && value.Fragment.Length == 0;
            return ok || (value = null) is not null;
        }, value => value is null ? Off : value.ToString().TrimEnd('/'), """{"type":"string","pattern":"^https?://[^?#@]+$"}""")
    {
        Refusal = text => UserInfo.IsIn(text) || text.AsSpan().ContainsAny('?', '#') ? "must not have user info, a query or a fragment" : null,
    };

    public static readonly ValueKind<Uri?> OptionalUrl = OrOff(Url);

    /// <summary>The URL of another's service, which mostly has its key in the query: for secret settings.</summary>
    public static readonly ValueKind<Uri?> WebhookUrl = OrOff(new ValueKind<Uri?>("URL", "write http:// or https:// and a host, such as https://chat.example.com/hook?key=KEY",
        (string text, out Uri? value) =>
        {
            var ok = Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && value.UserInfo.Length == 0 && !text.Contains('#', StringComparison.Ordinal);
            return ok || (value = null) is not null;
        }, value => value is null ? Off : value.AbsoluteUri, """{"type":"string","pattern":"^https?://[^/?#@]+([/?][^#]*)?$"}""")
    {
        Refusal = text => UserInfo.IsIn(text) || text.Contains('#', StringComparison.Ordinal) ? "must not have user info or a fragment" : null,
    });

    /// <summary>The URL of an HTTP origin, kept as written since its prefix goes before every path; a password in it is never shown.</summary>
    public static readonly ValueKind<string?> OriginUrl = new("URL", "write http:// or https:// and a host, such as http://127.0.0.1:9000/videos",
        (string text, out string? value) =>
        {
            value = text;
            return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && !text.AsSpan().ContainsAny('?', '#');
        }, value => UserInfo.Mask(value ?? Off), """{"type":"string","pattern":"^https?://[^?#]+$"}""")
    {
        Refusal = text => text.AsSpan().ContainsAny('?', '#') ? "must not have a query or a fragment" : null,
    };

    public static readonly ValueKind<bool> Switch = new("switch", "write true or false",
        (string text, out bool value) => bool.TryParse(text, out value), value => value ? "true" : "false", """{"type":"boolean"}""");

    public static readonly ValueKind<bool?> OptionalSwitch = Optional(Switch);

    public static readonly ValueKind<int> Count = new("number", "write a whole number above 0, such as 1000000",
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0,
        value => value.ToString(CultureInfo.InvariantCulture), """{"type":"integer","minimum":1}""");

    /// <summary>A number that may have a fraction; the bound keeps any unit of time or size it is multiplied by in range.</summary>
    public static readonly ValueKind<double> Amount = new("amount", "write a number from 0 to 800000, such as 24 or 0.5",
        (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 800_000,
        value => value.ToString(CultureInfo.InvariantCulture), """{"type":"number","minimum":0,"maximum":800000}""");

    /// <summary>A number that may be 0.</summary>
    public static readonly ValueKind<int> Number = new("number", "write a whole number, such as 2, or 0",
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
        value => value.ToString(CultureInfo.InvariantCulture), """{"type":"integer","minimum":0}""");

    /// <summary>A part of a whole.</summary>
    public static readonly ValueKind<double> Share = new("share", "write a number from 0 to 1, such as 0.1",
        (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1,
        value => value.ToString(CultureInfo.InvariantCulture), """{"type":"number","minimum":0,"maximum":1}""");

    /// <summary>A number with decimals.</summary>
    public static readonly ValueKind<double> Decimal = new("decimal", "write a number, such as 0.09 or 85",
        (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value),
        value => value.ToString(CultureInfo.InvariantCulture), """{"type":"number","minimum":0}""");

    /// <summary>A number that says by its absence that something else decides.</summary>
    public static readonly ValueKind<int?> OptionalNumber = new("number", "write a whole number, such as 5, or 0",
        (string text, out int? value) =>
        {
            var ok = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read);
            value = ok ? read : null;
            return ok;
        }, value => value?.ToString(CultureInfo.InvariantCulture) ?? "", """{"type":"integer","minimum":0}""");

    public static readonly ValueKind<IReadOnlyList<string>> Texts = new("texts", "write texts separated by commas, or a JSON list of them",
        (string text, out IReadOnlyList<string> value) =>
        {
            value = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return true;
        }, value => string.Join(',', value), """{"type":["array","string"],"items":{"type":"string"}}""");

    /// <summary>One of a few words.</summary>
    public static ValueKind<string> OneOf(params string[] words) => new($"one of {string.Join(", ", words)}", $"write {string.Join(" or ", words)}",
        (string text, out string value) => words.Contains(value = text.ToLowerInvariant()), value => value,
        $$"""{"enum":[{{string.Join(',', words.Select(w => $"\"{w}\""))}}{{(words.Contains(Off) ? ",null" : "")}}]}""") { Null = words.Contains(Off) ? Off : null };

    private static ValueKind<T?> Optional<T>(ValueKind<T> kind) where T : struct => new(kind.Name, $"{kind.Advice}, or off",
        (string text, out T? value) =>
        {
            var ok = kind.Parse(text, out var read);
            value = ok ? read : null;
            return ok || text.Equals(Off, StringComparison.OrdinalIgnoreCase);
        }, value => value is { } some ? kind.Format(some) : Off,
        OrOff(kind.Schema)) { Null = Off };

    private static ValueKind<T?> OrOff<T>(ValueKind<T?> kind) where T : class => kind with
    {
        Advice = $"{kind.Advice}, or off",
        Parse = (string text, out T? value) =>
        {
            value = null;
            return text.Equals(Off, StringComparison.OrdinalIgnoreCase) || kind.Parse(text, out value);
        },
        Schema = OrOff(kind.Schema),
        Null = Off,
    };

    private static string OrOff(string schema) => $$"""{"anyOf":[{{schema}},{"enum":["off",null]}]}""";
}
