using Sluice.Core.Origins;

namespace Sluice.Core.Variants;

/// <summary>Makes variants of a route's objects: it decides which requests want one, and its origin makes it.</summary>
public interface ITransform
{
    /// <summary>Makes the variants. Its requests carry <see cref="OriginRequest.Variant"/>.</summary>
    IOrigin Origin { get; }

    /// <summary>True when a GET or HEAD may want a variant though it has no query: the choice is then the device's, and no such request is answered without <see cref="Decide"/>.</summary>
    bool ChoosesAlways { get; }

    /// <summary>True for a path that names a variant, whatever its query.</summary>
    bool IsVariant(string path) => false;

    /// <summary>True for a parameter of a query that it reads.</summary>
    bool Reads(ReadOnlySpan<char> parameter);

    /// <summary>Request fields that ask to be told how a request was answered: with one of them none is answered without <see cref="Decide"/>.</summary>
    IReadOnlyList<string> AskingFields { get; }

    /// <summary>What a GET or HEAD wants; null when that is the object itself. Fast: asks nobody.</summary>
    TransformDecision? Decide(TransformQuery query);
}
