namespace Sluice.Video.Planning;

/// <summary>Why a request for a variant is not answered with one (row U026). What clients see is the name in upper case: INVALID_PARAMETER.</summary>
public enum VideoErrorType
{
    /// <summary>400: a value that is malformed or out of range, an unknown derivative, or a parameter given twice.</summary>
    InvalidParameter,

    /// <summary>400: a mode that the route does not offer.</summary>
    InvalidMode,

    /// <summary>400: a format that the mode cannot make.</summary>
    InvalidFormat,

    /// <summary>400: width or height malformed or out of range.</summary>
    InvalidDimension,

    /// <summary>400: time or duration malformed or out of range.</summary>
    InvalidTimeValue,

    /// <summary>400: options that cannot go together.</summary>
    InvalidOptionCombination,

    /// <summary>403: a parameter that the route does not allow.</summary>
    ParameterNotAllowed,

    /// <summary>403: the route takes signed URLs only, and there is no signature.</summary>
    SignatureRequired,

    /// <summary>403: the signature is not that of the URL.</summary>
    SignatureInvalid,

    /// <summary>403: the signature was good until a time that has passed.</summary>
    SignatureExpired,

    /// <summary>404: there is no source.</summary>
    ResourceNotFound,

    /// <summary>404: no route takes the path.</summary>
    PatternNotFound,

    /// <summary>404: the route has no origin for it.</summary>
    OriginNotFound,

    /// <summary>500: the transform failed.</summary>
    TransformationFailed,

    /// <summary>502: the source could not be read.</summary>
    FetchFailed,

    /// <summary>500: the configuration does not allow an answer.</summary>
    ConfigError,
}
