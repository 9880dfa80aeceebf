namespace RtcTests.Conformance;

/// <summary>Is told what a walk reads. Names are as Node has them; elements of vectors have none.</summary>
internal interface IWireVisitor
{
    /// <summary>Whether to read a field, by its number.</summary>
    bool Wants(int field);

    /// <summary>Which declaration of a field holds.</summary>
    int Variant(int field);

    void BeginTable(string name);

    void BeginVector(string name);

    void End();

    void Null(string name);

    void Scalar<T>(string name, T? value)
        where T : struct;

    void Scalars<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged;

    void Enum(string name, int map, byte? own);

    void Text(string name, ReadOnlySpan<byte> utf8, bool isPresent);
}
