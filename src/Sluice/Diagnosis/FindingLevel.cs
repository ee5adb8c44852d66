using System.Text.Json.Serialization;

namespace Sluice.Diagnosis;

/// <summary>How bad a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingLevel>))]
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, with a limit worth knowing.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>It will not work.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}
