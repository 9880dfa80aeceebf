using System.Collections;

namespace Rtc.Rtp;

/// <summary>
/// Parameters in the order in which they were given. Of two with the same name the first counts.
/// </summary>
public sealed class RtpParameterList : IReadOnlyList<RtpParameter>
{
    private readonly RtpParameter[] _parameters;

    /// <param name="parameters">What the application gave.</param>
    public RtpParameterList(IEnumerable<RtpParameter> parameters)
    {
        var distinct = new List<RtpParameter>();
        foreach (RtpParameter parameter in parameters)
        {
            if (distinct.Find(other => other.Name == parameter.Name) is null)
                distinct.Add(parameter);
        }

        _parameters = distinct.ToArray();
    }

    /// <summary>No parameters.</summary>
    public static RtpParameterList Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _parameters.Length;

    /// <inheritdoc/>
    public RtpParameter this[int index] => _parameters[index];

    /// <summary>The value of a parameter when there is one of that name and it is a whole number.</summary>
    public bool TryGetInteger(string name, out int value)
    {
        value = (Find(name) as RtpParameterValue.Integer)?.Value ?? 0;
        return Find(name) is RtpParameterValue.Integer;
    }

    /// <summary>The value of a parameter when there is one of that name and it is text.</summary>
    public bool TryGetString(string name, out string value)
    {
        value = (Find(name) as RtpParameterValue.String)?.Value ?? "";
        return Find(name) is RtpParameterValue.String;
    }

    /// <inheritdoc/>
    public IEnumerator<RtpParameter> GetEnumerator() => ((IEnumerable<RtpParameter>)_parameters).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private RtpParameterValue? Find(string name) => Array.Find(_parameters, item => item.Name == name)?.Value;
}
