/** The seed's people. Amelia and Ben work for Rosewood Barn, Carla for Lumen & Lace. */
export const amelia = 'amelia@rosewood.example';
export const ben = 'ben@rosewood.example';
export const carla = 'carla@lumen.example';

/** What all of them sign in with. */
export const password = 'wedding-demo-1';
