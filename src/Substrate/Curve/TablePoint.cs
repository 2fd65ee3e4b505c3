namespace S3Auth.Substrate.Curve;

/// <summary>A point of a table, with the three values that an addition needs: y + x, y − x and 2d·x·y. All three are reduced.</summary>
internal readonly struct TablePoint(in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement twoDXY)
{
    public readonly FieldElement YPlusX = yPlusX;
    public readonly FieldElement YMinusX = yMinusX;
    public readonly FieldElement TwoDXY = twoDXY;
}
