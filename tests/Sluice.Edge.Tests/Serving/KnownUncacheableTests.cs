using System.Globalization;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Tests.Serving;

public sealed class KnownUncacheableTests
{
    [Fact]
    public void Contains_WhatWasAddedLast_HoweverManyCameBefore()
    {
        var known = new KnownUncacheable();
        for (var i = 0; i < 100_000; i++) known.Add(i.ToString(CultureInfo.InvariantCulture));
        known.Add("last");
        Assert.True(known.Contains("last"));
        Assert.False(known.Contains("another"));
        known.Remove("last");
        Assert.False(known.Contains("last"));
    }
}
