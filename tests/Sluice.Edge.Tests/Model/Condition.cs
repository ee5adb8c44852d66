namespace Sluice.Edge.Tests.Model;

/// <summary>A request's If-None-Match.</summary>
internal enum Condition
{
    None,
    Current,
    Former,
    Any,
}
