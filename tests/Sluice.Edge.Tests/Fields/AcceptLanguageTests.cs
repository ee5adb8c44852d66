using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

/// <summary>RFC 9110 sections 12.4.2 and 12.5.4.</summary>
public sealed class AcceptLanguageTests
{
    [Theory]
    [InlineData("de", "de")]
    [InlineData("fr;q=0.5, de;q=1.0", "de")]
    [InlineData("fr;q=0.5,de", "de")]
    [InlineData("de-AT , de;q=0.9 ;q=1", "")]
    [InlineData("en, de", "")]
    [InlineData("*", "")]
    [InlineData("*, de;q=0.9", "")]
    [InlineData("de, *;q=0.5", "de")]
    [InlineData("de;q=0", "")]
    [InlineData("de;q=0.001", "de")]
    [InlineData("de;q=1.001", "")]
    [InlineData("de;q=.5", "")]
    [InlineData("de;q=0.5555", "")]
    [InlineData("de;quality=1", "")]
    [InlineData("en;q=0.9, de;q=0.9, fr;q=0.95", "fr")]
    [InlineData("", "")]
    public void Preferred_Field_IsTheOneWantedMost(string field, string expected) => Assert.Equal(expected, AcceptLanguage.Preferred(field).ToString());
}
