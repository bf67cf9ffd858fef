export const id = '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11'
