"""The names of arXiv's categories. Source: https://arxiv.org/category_taxonomy."""

_ARCHIVES = {
    "astro-ph": "Astrophysics",
    "cond-mat": "Condensed Matter",
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Electrical Engineering",
    "gr-qc": "General Relativity and Quantum Cosmology",
    "hep-ex": "High Energy Physics, Experiment",
    "hep-lat": "High Energy Physics, Lattice",
    "hep-ph": "High Energy Physics, Phenomenology",
    "hep-th": "High Energy Physics, Theory",
    "math": "Mathematics",
    "math-ph": "Mathematical Physics",
    "nlin": "Nonlinear Sciences",
    "nucl-ex": "Nuclear Experiment",
    "nucl-th": "Nuclear Theory",
    "physics": "Physics",
    "q-bio": "Quantitative Biology",
    "q-fin": "Quantitative Finance",
    "quant-ph": "Quantum Physics",
    "stat": "Statistics",
}
_SUBJECTS = {
    "cs.AI": "Artificial Intelligence", "cs.AR": "Hardware Architecture", "cs.CC": "Computational Complexity",
    "cs.CE": "Computational Engineering", "cs.CG": "Computational Geometry", "cs.CL": "Computation and Language",
    "cs.CR": "Cryptography and Security", "cs.CV": "Computer Vision", "cs.CY": "Computers and Society",
    "cs.DB": "Databases", "cs.DC": "Distributed Computing", "cs.DL": "Digital Libraries",
    "cs.DM": "Discrete Mathematics", "cs.DS": "Data Structures and Algorithms", "cs.ET": "Emerging Technologies",
    "cs.FL": "Formal Languages", "cs.GL": "General Literature", "cs.GR": "Graphics", "cs.GT": "Game Theory",
    "cs.HC": "Human-Computer Interaction", "cs.IR": "Information Retrieval", "cs.IT": "Information Theory",
    "cs.LG": "Machine Learning", "cs.LO": "Logic in Computer Science", "cs.MA": "Multiagent Systems",
    "cs.MM": "Multimedia", "cs.MS": "Mathematical Software", "cs.NA": "Numerical Analysis",
    "cs.NE": "Neural and Evolutionary Computing", "cs.NI": "Networking", "cs.OH": "Other Computer Science",
    "cs.OS": "Operating Systems", "cs.PF": "Performance", "cs.PL": "Programming Languages", "cs.RO": "Robotics",
    "cs.SC": "Symbolic Computation", "cs.SD": "Sound", "cs.SE": "Software Engineering",
    "cs.SI": "Social and Information Networks", "cs.SY": "Systems and Control",
    "econ.EM": "Econometrics", "econ.GN": "General Economics", "econ.TH": "Theoretical Economics",
    "eess.AS": "Audio and Speech Processing", "eess.IV": "Image and Video Processing",
    "eess.SP": "Signal Processing", "eess.SY": "Systems and Control",
    "math.CO": "Combinatorics", "math.IT": "Information Theory", "math.NA": "Numerical Analysis",
    "math.OC": "Optimization and Control", "math.PR": "Probability", "math.ST": "Statistics Theory",
    "physics.comp-ph": "Computational Physics", "physics.data-an": "Data Analysis",
    "physics.soc-ph": "Physics and Society",
    "q-bio.NC": "Neurons and Cognition", "q-bio.QM": "Quantitative Methods",
    "stat.AP": "Applications", "stat.CO": "Statistical Computation", "stat.ME": "Statistical Methodology",
    "stat.ML": "Machine Learning (Statistics)", "stat.OT": "Other Statistics", "stat.TH": "Statistics Theory",
}  # fmt: skip


def category_name(category: str) -> str:
    """Name a category such as `cs.CL`; one that is not known by that of its archive, or else as it is."""
    return _SUBJECTS.get(category) or _ARCHIVES.get(category.partition(".")[0]) or category
