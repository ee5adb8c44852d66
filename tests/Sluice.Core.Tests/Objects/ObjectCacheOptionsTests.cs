using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

public class ObjectCacheOptionsTests
{
    // What is not known would otherwise be the default without a word.
    [Fact]
    public void Open_PolicyThatThereIsNot_IsRefused()
    {
        var wrong = Assert.Throws<ArgumentException>(() => ObjectCache.Open(new() { MemoryPolicy = "LRU" }, TimeProvider.System, NullLoggerFactory.Instance));
        Assert.Contains("\"lru\"", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenStore_BoundOutOfItsLimits_IsNamed()
    {
        var stores = new InProcessKeyValueStores(TimeProvider.System);
        Assert.Equal("MaximumBytes", Assert.Throws<ArgumentOutOfRangeException>(() => stores.Open("a", new() { MaximumBytes = 0 })).ParamName);
    }
}
